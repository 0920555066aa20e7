--- Brings a screen into a buffer: only the lines that are not what they were. The cursor stays on
--- its row.
local M = {}

local namespace = vim.api.nvim_create_namespace("lofi.studio")

---@class lofi.ui.Pane
---@field buf integer
---@field win integer
---@field screen? lofi.ui.Screen what it shows

local EMPTY = { lines = {}, marks = {}, rows = {} }

---@param old lofi.ui.Screen
---@param new lofi.ui.Screen
---@return integer first lines that are the same before the difference
---@return integer last lines that are the same behind it
local function common(old, new)
  local function same(i, j)
    return old.lines[i] == new.lines[j] and vim.deep_equal(old.marks[i], new.marks[j])
  end
  local shorter = math.min(#old.lines, #new.lines)
  local first, last = 0, 0
  while first < shorter and same(first + 1, first + 1) do
    first = first + 1
  end
  while last < shorter - first and same(#old.lines - last, #new.lines - last) do
    last = last + 1
  end
  return first, last
end

---@param buf integer
---@param new lofi.ui.Screen
---@param first integer
---@param old_end integer
---@param new_end integer
local function replace(buf, new, first, old_end, new_end)
  vim.bo[buf].modifiable = true
  vim.api.nvim_buf_clear_namespace(buf, namespace, first, old_end)
  vim.api.nvim_buf_set_lines(
    buf,
    first,
    old_end,
    false,
    vim.list_slice(new.lines, first + 1, new_end)
  )
  vim.bo[buf].modifiable = false
  for line = first + 1, new_end do
    for _, mark in ipairs(new.marks[line]) do
      local opts = { end_col = mark[2], hl_group = mark[3] }
      vim.api.nvim_buf_set_extmark(buf, namespace, line - 1, mark[1], opts)
    end
  end
end

---The line to go to so that the cursor stays on its row.
---@param old lofi.ui.Screen
---@param new lofi.ui.Screen
---@param line integer
---@return integer
local function follow(old, new, line)
  local row = old.rows[line]
  if not row or not row.id then
    return line
  end
  local below = 0
  while line - below > 1 and old.rows[line - below - 1].id == row.id do
    below = below + 1
  end
  local first = M.find(new, row.id)
  if not first then
    return line - below
  end
  while below > 0 and (new.rows[first + below] or {}).id ~= row.id do
    below = below - 1
  end
  return first + below
end

---@param screen lofi.ui.Screen
---@param id string
---@return integer? its first line
function M.find(screen, id)
  for line, row in ipairs(screen.rows) do
    if row.id == id then
      return line
    end
  end
end

---@param pane lofi.ui.Pane
---@param screen lofi.ui.Screen
---@return boolean whether anything had to be drawn
function M.paint(pane, screen)
  local old = pane.screen or EMPTY
  pane.screen = screen
  local first, last = common(old, screen)
  local old_end, new_end = #old.lines - last, #screen.lines - last
  if old == EMPTY then
    old_end = -1 -- a new buffer holds an empty line
  elseif old_end == first and new_end == first then
    return false
  end
  local cursor = vim.api.nvim_win_get_cursor(pane.win)
  replace(pane.buf, screen, first, old_end, new_end)
  local line = math.max(1, math.min(follow(old, screen, cursor[1]), #screen.lines))
  if line ~= vim.api.nvim_win_get_cursor(pane.win)[1] then
    vim.api.nvim_win_set_cursor(pane.win, { line, 0 })
  end
  return true
end

return M
