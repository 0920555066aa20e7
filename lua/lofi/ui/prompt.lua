--- The studio's prompt line: one line of text in a buffer of its own, with history and completion.
--- Knows nothing of what becomes of the text.
local complete = require("lofi.ui.complete")
local history = require("lofi.ui.history")
local text = require("lofi.text")

local M = {}

local namespace = vim.api.nvim_create_namespace("lofi.prompt")

---@class lofi.ui.Prompt
---@field buf integer
---@field private past string[] the history with the line as it was left at its end
---@field private at integer which of them is shown
local Prompt = {}
Prompt.__index = Prompt

---@return lofi.ui.Prompt
function M.new()
  local buf = vim.api.nvim_create_buf(false, true)
  vim.bo[buf].bufhidden = "wipe"
  vim.bo[buf].undolevels = 100
  local self = setmetatable({ buf = buf, past = { "" }, at = 1 }, Prompt)
  self:rewind()
  vim.api.nvim_create_autocmd({ "TextChanged", "TextChangedI", "TextChangedP" }, {
    buffer = buf,
    desc = "Lofi: the prompt is one line",
    callback = function()
      self:join()
      self:decorate()
    end,
  })
  return self
end

---@return boolean
function Prompt:is_there()
  return vim.api.nvim_buf_is_valid(self.buf)
end

---@return string
function Prompt:text()
  return text.clean(table.concat(vim.api.nvim_buf_get_lines(self.buf, 0, -1, false), " "))
end

---@param line string
function Prompt:set(line)
  vim.api.nvim_buf_set_lines(self.buf, 0, -1, false, { text.clean(line) })
  for _, win in ipairs(vim.fn.win_findbuf(self.buf)) do
    vim.api.nvim_win_set_cursor(win, { 1, #text.clean(line) })
  end
  self:decorate()
end

---Text that was pasted may hold line breaks.
---@private
function Prompt:join()
  if vim.api.nvim_buf_line_count(self.buf) > 1 then
    self:set(self:text())
  end
end

---@private
function Prompt:rewind()
  self.past = history.read()
  self.past[#self.past + 1] = ""
  self.at = #self.past
end

---Empties the line, after what stood there was used.
function Prompt:done()
  local line = self:text()
  if line ~= "" then
    history.add(line)
  end
  self:set("")
  self:rewind()
end

---@param step integer -1 for the one before
function Prompt:recall(step)
  local to = math.max(1, math.min(#self.past, self.at + step))
  if to ~= self.at then
    self.past[self.at] = self:text()
    self.at = to
    self:set(self.past[to])
  end
end

---@return lofi.ui.Known
local function known()
  local offers = require("lofi.offers")
  return {
    styles = offers.style_names(),
    words = function(lead)
      return offers.prompt("", lead)
    end,
  }
end

---@param keys string
local function press(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, true, true), "n", false)
end

---Shows what may come next. In Insert mode only.
function Prompt:complete()
  local line = vim.api.nvim_buf_get_lines(self.buf, 0, 1, false)[1]
  local before = line:sub(1, vim.api.nvim_win_get_cursor(0)[2])
  local found = complete.of(before, known())
  if #found.words > 0 then
    vim.fn.complete(found.start + 1, found.words)
  end
end

---Goes on in the menu of completions.
---@param step integer -1 for the one before
---@return boolean whether there was a menu
function M.choose(step)
  if vim.fn.pumvisible() == 0 then
    return false
  end
  press(step < 0 and "<C-p>" or "<C-n>")
  return true
end

---Takes the completion that is chosen in the menu.
---@return boolean whether one was
function M.accept()
  if vim.fn.pumvisible() == 0 or vim.fn.complete_info({ "selected" }).selected < 0 then
    return false
  end
  press("<C-y>")
  return true
end

---@param line string what stands in the prompt
---@return string what a track will be, unless told otherwise
local function conditions(line)
  local config = require("lofi.config").get()
  local said = require("lofi.command").parse_generate(line) or {}
  local backend = said.backend or config.backend
  if backend == "auto" then
    backend = require("lofi.state").get().default_backend or backend
  end
  local facts = { ("%d s"):format(said.duration_sec or config.defaults.duration), backend }
  local style = said.style or config.defaults.style
  if style then
    table.insert(facts, 1, style)
  end
  local separator = require("lofi.ui.icons").get(config.ui.icons).separator
  return text.clean(table.concat(facts, (" %s "):format(separator))) .. " "
end

---What stands beside the text, and in its place when there is none.
function Prompt:decorate()
  vim.api.nvim_buf_clear_namespace(self.buf, namespace, 0, -1)
  local line = vim.api.nvim_buf_get_lines(self.buf, 0, 1, false)[1] or ""
  local win = vim.fn.win_findbuf(self.buf)[1]
  local room = (win and vim.api.nvim_win_get_width(win) or 0) - 4
  local words = conditions(line)
  local hint = "what would you like to hear?"
  local shown = line == "" and hint or line
  if vim.fn.strdisplaywidth(shown .. words) < room then
    vim.api.nvim_buf_set_extmark(self.buf, namespace, 0, 0, {
      virt_text = { { words, "LofiDim" } },
      virt_text_pos = "right_align",
    })
  end
  if line == "" then
    vim.api.nvim_buf_set_extmark(self.buf, namespace, 0, 0, {
      virt_text = { { text.fit(hint, math.max(0, room)), "LofiPlaceholder" } },
      virt_text_pos = "overlay",
    })
  end
end

return M
