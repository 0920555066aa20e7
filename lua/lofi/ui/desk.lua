--- What the studio's keys can do with the studio: rows, answers in place, the prompt, pages.
local M = {}

---@class lofi.ui.Desk
---@field studio lofi.ui.Studio
local Desk = {}
Desk.__index = Desk

---@param studio lofi.ui.Studio
---@return lofi.ui.Desk
function M.new(studio)
  return setmetatable({ studio = studio }, Desk)
end

---@return lofi.ui.Row? the row under the cursor
function Desk:row()
  local list = self.studio.list
  local line = vim.api.nvim_win_get_cursor(list.win)[1]
  return list.screen and list.screen.rows[line]
end

---Shows a line in place until the next key.
---@param message string
function Desk:say(message)
  self.studio:note(message, nil, "LofiDim")
end

---A callback that shows an error in place.
---@param done? fun(result: table)
---@return lofi.Callback
function Desk:answer(done)
  return function(err, result)
    if err then
      self.studio:note(err.message, err.hint, "LofiError")
    elseif done then
      done(result or {})
    end
  end
end

---Has a track made; a refusal is shown in place. What fails later has a row of its own.
---@param recipe lofi.GenerateOpts
---@param refused? fun()
function Desk:make(recipe, refused)
  local job ---@type lofi.Job?
  job = require("lofi").generate(recipe, function(err)
    if err and not (job and job.id) then
      self.studio:note(err.message, err.hint, "LofiError")
      if refused then
        refused()
      end
    end
  end)
end

---@param id string of a row
---@return boolean whether it was asked for the second time in a row
function Desk:arm(id)
  local again = self.studio.armed == id
  self.studio.armed = not again and id or nil
  self.studio:redraw()
  return again
end

---A failure was read.
---@param row lofi.ui.Row
function Desk:dismiss(row)
  local item = row.item or {}
  if row.kind == "failed" then
    self.studio.dismissed[item.track_id] = item.order
  elseif row.kind == "download" then
    self.studio.dismissed[row.id] = 1
  end
  self.studio:redraw()
end

---Goes to the prompt line.
---@param words? string what is to stand there
function Desk:write(words)
  if words then
    self.studio.prompt:set(words)
  end
  vim.api.nvim_set_current_win(self.studio.windows.prompt)
  vim.cmd.startinsert({ bang = true })
end

---Has made what stands in the prompt line. A refused line comes back, unless another was begun.
---@param first boolean before all others
function Desk:submit(first)
  local studio = self.studio
  local typed = studio.prompt:text()
  local line, marks = typed:gsub("^!%s*", "")
  if line == "" then
    return
  end
  local recipe, err = require("lofi.command").parse_generate(line)
  if not recipe then
    return self:answer()(err)
  end
  recipe.priority = (first or marks > 0) and "high" or recipe.priority
  studio.prompt:done()
  studio.notice = nil
  self:make(recipe, function()
    if studio.prompt:is_there() and studio.prompt:text() == "" then
      studio.prompt:set(typed)
    end
  end)
end

---To the next section, or (-1) the one before.
---@param step integer
function Desk:jump(step)
  local list = self.studio.list
  local rows = (list.screen or { rows = {} }).rows
  local line = vim.api.nvim_win_get_cursor(list.win)[1] + step
  while rows[line] and rows[line].kind ~= "heading" do
    line = line + step
  end
  if rows[line] then
    vim.api.nvim_win_set_cursor(list.win, { line, 0 })
  end
end

---From the list to the prompt line, or back.
function Desk:switch()
  local windows = self.studio.windows
  local at_list = vim.api.nvim_get_current_win() == windows.list
  vim.cmd.stopinsert()
  vim.api.nvim_set_current_win(at_list and windows.prompt or windows.list)
end

---@param row lofi.ui.Row
function Desk:details(row)
  local width = math.min(76, vim.o.columns - 6)
  local page = require("lofi.ui.details").page(row, width, self.studio.icons)
  if page then
    require("lofi.ui.popup").open("Details", page, self.studio.border)
  end
end

function Desk:help()
  local keys = require("lofi.ui.keys")
  local page = keys.help(self.studio.keys, require("lofi.ui.actions").list)
  page[#page + 1] = { { "In the prompt line", "LofiSection" } }
  vim.list_extend(page, keys.help(self.studio.prompt_keys, require("lofi.ui.typing").list))
  require("lofi.ui.popup").open("Keys", page, self.studio.border)
end

function Desk:close()
  self.studio:close()
end

return M
