--- Where the studio's windows go: pure geometry, from the screen's size to window configurations.
local M = {}

---Eight of them: corners and sides, clockwise from the top left.
---@alias lofi.ui.Border (string|string[])[]

---@class lofi.ui.Places
---@field list vim.api.keyset.win_config
---@field prompt vim.api.keyset.win_config

---@class lofi.ui.Size
---@field columns integer
---@field lines integer what is left of them beside status line, tab line and messages
---@field top integer lines above those

---@type table<string, lofi.ui.Border>
local BORDERS = {
  single = { "┌", "─", "┐", "│", "┘", "─", "└", "│" },
  double = { "╔", "═", "╗", "║", "╝", "═", "╚", "║" },
  rounded = { "╭", "─", "╮", "│", "╯", "─", "╰", "│" },
  bold = { "┏", "━", "┓", "┃", "┛", "━", "┗", "┃" },
  solid = { " ", " ", " ", " ", " ", " ", " ", " " },
}

local NO_SHADOW = { none = true, shadow = true, [""] = true }

---Lines of a list that has little to show.
local LEAST_ROWS = 10

---Below this many columns half a screen is too little: a window at the right becomes one below.
local NARROWEST_HALF = 36

---@param wish? string|string[]
---@return lofi.ui.Border? nil: no border
function M.border(wish)
  if type(wish) == "string" and wish:find(",", 1, true) then
    wish = vim.split(wish, ",", { plain = true }) -- as 'winborder' has it
  end
  if type(wish) ~= "table" then
    return not NO_SHADOW[wish or "rounded"] and (BORDERS[wish] or BORDERS.rounded) or nil
  end
  local border = {}
  for index = 1, 8 do
    border[index] = wish[(index - 1) % math.max(1, #wish) + 1] or ""
  end
  return border
end

---The border of the settings, else Neovim's own, else one that goes with the icons.
---@param wish? string|string[]
---@param icons lofi.ui.Icons
---@return lofi.ui.Border?
function M.wished(wish, icons)
  local global = vim.fn.exists("&winborder") == 1 and vim.o.winborder or ""
  return M.border(wish or (global ~= "" and global) or icons.border)
end

---@param wish number cells, or a share of the screen up to 1
---@param columns integer of the screen
---@param most integer
---@return integer
local function cells(wish, columns, most)
  local wanted = wish <= 1 and wish * columns or wish
  return math.max(1, math.min(most, math.floor(wanted)))
end

---@param size lofi.ui.Size
---@param ui lofi.Config.Ui
---@param border? lofi.ui.Border
---@param rows integer lines that the list would like to have
---@return lofi.ui.Places
function M.float(size, ui, border, rows)
  local edge = border and 1 or 0
  local outer = math.max(math.min(36, size.columns), cells(ui.width, size.columns, size.columns))
  local most = math.min(size.lines, math.max(12, math.floor(size.lines * 0.85)))
  local high = math.min(most, math.max(LEAST_ROWS, rows) + 1 + 2 * edge)
  local left = math.floor((size.columns - outer) / 2)
  local top = size.top + math.floor((size.lines - most) / 2) -- stays when the list grows
  local width = outer - 2 * edge
  local b = border or {}
  local shared = { relative = "editor", col = left, width = width, style = "minimal" }
  local prompt = { row = top, height = 1, zindex = 46 }
  local list = { row = top + edge + 1, height = math.max(1, high - 1 - 2 * edge), zindex = 45 }
  if border then
    prompt.border = { b[1], b[2], b[3], b[4], "", "", "", b[8] }
    list.border = { "", "", "", b[4], b[5], b[6], b[7], b[8] }
  end
  return {
    list = vim.tbl_extend("error", list, shared),
    prompt = vim.tbl_extend("error", prompt, shared),
  }
end

---@param size lofi.ui.Size
---@param ui lofi.Config.Ui
---@return "float"|"right"|"bottom" what the screen has room for
function M.layout(size, ui)
  if ui.layout == "right" and size.columns < 2 * NARROWEST_HALF then
    return "bottom"
  end
  return ui.layout
end

---@param size lofi.ui.Size
---@param ui lofi.Config.Ui
---@return lofi.ui.Places
function M.split(size, ui)
  local half = math.floor(size.columns / 2)
  local right = M.layout(size, ui) == "right"
  return {
    list = {
      split = right and "right" or "below",
      win = -1,
      width = right and cells(ui.width, size.columns, half) or nil,
      height = not right and math.max(6, math.floor(size.lines * 0.4)) or nil,
    },
    prompt = {
      relative = "editor",
      row = 0, -- this and what follows are the list's, once there is one: `over`
      col = 0,
      width = 1,
      height = 1,
      style = "minimal",
      border = "none",
      zindex = 46,
    },
  }
end

---Puts the prompt over the first line of the window in which the list is.
---@param prompt vim.api.keyset.win_config
---@param list integer
function M.over(prompt, list)
  local at = vim.api.nvim_win_get_position(list)
  prompt.row, prompt.col = at[1], at[2]
  prompt.width = vim.api.nvim_win_get_width(list)
end

---What of the screen is free for windows.
---@return lofi.ui.Size
function M.screen()
  local tabs = vim.o.showtabline == 2
    or (vim.o.showtabline == 1 and #vim.api.nvim_list_tabpages() > 1)
  local status = vim.o.laststatus > 0 and 1 or 0
  local top = tabs and 1 or 0
  local lines = vim.o.lines - vim.o.cmdheight - status - top
  return { columns = vim.o.columns, lines = math.max(3, lines), top = top }
end

return M
