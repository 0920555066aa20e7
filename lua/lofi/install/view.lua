---What a user sees of an installation: the question before it, its output in a window, its end.
local errors = require("lofi.errors")
local install = require("lofi.install")

local M = {}

local HEIGHT = 12

local buffer ---@type integer?

---@return integer
local function output()
  if buffer and vim.api.nvim_buf_is_valid(buffer) then
    return buffer
  end
  buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buffer, "lofi://install")
  vim.bo[buffer].modifiable = false
  local function map(lhs, what, fn)
    vim.keymap.set("n", lhs, fn, { buffer = buffer, nowait = true, desc = what })
  end
  map("q", "close", "<Cmd>close<CR>")
  for _, lhs in ipairs({ "c", "<C-c>" }) do
    map(lhs, "cancel the installation", function()
      M.command({ "cancel" })
    end)
  end
  return buffer
end

---@param lines string[]
---@param first integer line to replace from; -1 adds
local function put(lines, first)
  local target = output()
  vim.bo[target].modifiable = true
  vim.api.nvim_buf_set_lines(target, first, -1, false, lines)
  vim.bo[target].modifiable = false
end

---Adds a line; windows that showed the last one go on to show the last one.
---@param line string
local function add(line)
  local last = vim.api.nvim_buf_line_count(output())
  local following = vim.tbl_filter(function(window)
    return vim.api.nvim_win_get_cursor(window)[1] == last
  end, vim.fn.win_findbuf(output()))
  put({ line }, -1)
  for _, window in ipairs(following) do
    vim.api.nvim_win_set_cursor(window, { last + 1, 0 })
  end
end

---Shows the output below everything else, and leaves the cursor where it is.
local function open()
  put({ "Installing lofi: c in this window cancels, q closes it and lets it go on." }, 0)
  if #vim.fn.win_findbuf(output()) > 0 or #vim.api.nvim_list_uis() == 0 then
    return
  end
  local before = vim.api.nvim_get_current_win()
  vim.cmd.split({ range = { HEIGHT }, mods = { split = "botright" } })
  vim.api.nvim_win_set_buf(0, output())
  vim.wo.winfixheight, vim.wo.number, vim.wo.relativenumber = true, false, false
  vim.api.nvim_set_current_win(before)
end

---@param text string
---@param level integer
local function notify(text, level)
  vim.notify("lofi: " .. text, level, { title = "Lofi" })
end

---@param err? lofi.Error
---@param result? lofi.install.Result
local function finished(err, result)
  if err then
    local cancelled = err.name == "INSTALL_CANCELLED"
    notify(errors.text(err), cancelled and vim.log.levels.WARN or vim.log.levels.ERROR)
    return
  end
  local text = ("%s is installed"):format(result.version)
  add(text)
  local running = require("lofi.daemon").is_running()
  notify(text .. (running and "; :Lofi restart begins to use it" or ""), vim.log.levels.INFO)
end

---@param extras? string[]
local function begin(extras)
  if not install.running() then
    open()
  end
  install.start({ extras = extras, on_line = add }, finished)
end

---@return string[][] # combinations to choose from
local function choices()
  local names = vim.tbl_keys(install.extras)
  table.sort(names)
  local found = { {} }
  for _, name in ipairs(names) do
    table.insert(found, { name })
  end
  if #names > 1 then
    table.insert(found, names)
  end
  return found
end

---@param extras string[]
---@return string
local function described(extras)
  if #extras == 0 then
    return "the daemon: music from words, neural models, the player"
  elseif #extras == 1 then
    return ("the daemon and %s, which %s"):format(extras[1], install.extras[extras[1]])
  end
  return "the daemon, " .. table.concat(extras, ", ")
end

---`:Lofi install [again | cancel | none | EXTRA ...]`; without a word it asks.
---@param words string[]
function M.command(words)
  if words[1] == "cancel" then
    local running = install.running()
    if running then
      running:cancel()
    else
      notify("no installation is running", vim.log.levels.WARN)
    end
  elseif words[1] == "none" then
    begin({})
  elseif words[1] == "again" or (not words[1] and #vim.api.nvim_list_uis() == 0) then
    begin()
  elseif words[1] then
    begin(words)
  else
    local options = { prompt = "Install", kind = "lofi.install", format_item = described }
    vim.ui.select(choices(), options, function(choice)
      if choice then
        begin(choice)
      end
    end)
  end
end

return M
