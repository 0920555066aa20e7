--- Opens, moves and closes the studio's two windows. Knows no track and no key.
local frame = require("lofi.ui.frame")

local M = {}

---@class lofi.ui.Look
---@field ui lofi.Config.Ui
---@field border? lofi.ui.Border
---@field icons lofi.ui.Icons
---@field rows integer lines that the list would like to have
---@field footer fun(width: integer): lofi.ui.Chunk[]

---@class lofi.ui.Windows
---@field list integer
---@field prompt integer
---@field layout "float"|"right"|"bottom"

local HIGHLIGHTS = table.concat({
  "NormalFloat:LofiNormal",
  "FloatBorder:LofiBorder",
  "FloatTitle:LofiTitle",
  "FloatFooter:LofiFooter",
}, ",")

---@param win integer
---@param options table<string, any>
local function set(win, options)
  for name, value in pairs(options) do
    vim.api.nvim_set_option_value(name, value, { win = win, scope = "local" })
  end
end

---@param icons lofi.ui.Icons
---@return table<string, any>
local function of_prompt(icons)
  return {
    winhighlight = HIGHLIGHTS,
    statuscolumn = " %#LofiPrompt#" .. icons.prompt:gsub("%%", "%%%%") .. "%* ",
    wrap = false,
    sidescrolloff = 5,
    winfixbuf = true,
    cursorline = false,
  }
end

---@param layout "float"|"right"|"bottom"
---@param look lofi.ui.Look
---@return lofi.ui.Places
local function places(layout, look)
  local size = frame.screen()
  if layout == "float" then
    return frame.float(size, look.ui, look.border, look.rows)
  end
  return frame.split(size, look.ui)
end

---@param at lofi.ui.Places
---@param border? lofi.ui.Border
---@param footer fun(width: integer): lofi.ui.Chunk[]
local function label(at, border, footer)
  if border then
    at.prompt.title, at.prompt.title_pos = " Lofi ", "center"
    at.list.footer, at.list.footer_pos = footer(at.list.width - 2), "left"
  end
end

---@param width integer
---@param footer fun(width: integer): lofi.ui.Chunk[]
---@return string what stands below a list that has no frame
local function status(width, footer)
  local words = vim.tbl_map(function(chunk)
    return chunk[1]
  end, footer(width - 8))
  return " Lofi %=" .. table.concat(words):gsub("%%", "%%%%")
end

---@param list_buf integer
---@param prompt_buf integer
---@param look lofi.ui.Look
---@return lofi.ui.Windows
function M.open(list_buf, prompt_buf, look)
  local layout = frame.layout(frame.screen(), look.ui)
  local at = places(layout, look)
  if layout == "float" then
    label(at, look.border, look.footer)
  end
  local list = vim.api.nvim_open_win(list_buf, true, at.list)
  if layout == "float" then
    set(list, { winhighlight = HIGHLIGHTS })
  else
    set(list, { winbar = " ", winfixwidth = layout == "right", winfixheight = layout == "bottom" })
    set(list, { statusline = status(vim.api.nvim_win_get_width(list), look.footer) })
    frame.over(at.prompt, list)
  end
  set(list, { winfixbuf = true })
  local prompt = vim.api.nvim_open_win(prompt_buf, false, at.prompt)
  set(prompt, of_prompt(look.icons))
  return { list = list, prompt = prompt, layout = layout }
end

---After the screen or a window has another size.
---@param windows lofi.ui.Windows
---@param look lofi.ui.Look
function M.adjust(windows, look)
  local at = places(windows.layout, look)
  if windows.layout == "float" then
    label(at, look.border, look.footer)
    vim.api.nvim_win_set_config(windows.list, at.list)
  else
    frame.over(at.prompt, windows.list)
    set(windows.list, { statusline = status(at.prompt.width, look.footer) })
  end
  at.prompt.style = nil -- it would undo what stands in the column before the text
  vim.api.nvim_win_set_config(windows.prompt, at.prompt)
end

---@param windows lofi.ui.Windows
---@return boolean whether the user can see them
function M.visible(windows)
  local here = vim.api.nvim_get_current_tabpage()
  return vim.api.nvim_win_is_valid(windows.list)
    and vim.api.nvim_win_get_tabpage(windows.list) == here
end

---@param win integer
local function leave(win)
  if not pcall(vim.api.nvim_win_close, win, true) then -- E444: the last window stays
    vim.wo[win].winfixbuf = false
    vim.wo[win].winbar, vim.wo[win].statusline = "", ""
    vim.api.nvim_win_set_buf(win, vim.api.nvim_create_buf(true, false))
  end
end

---@param windows lofi.ui.Windows
function M.close(windows)
  for _, win in ipairs({ windows.prompt, windows.list }) do
    if vim.api.nvim_win_is_valid(win) then
      leave(win)
    end
  end
end

return M
