--- A page in a window of its own over everything else, closed by q, <Esc> or leaving it.
local M = {}

local namespace = vim.api.nvim_create_namespace("lofi.popup")

---@param lines lofi.ui.Chunk[][]
---@return string[] flat
---@return lofi.ui.Mark[][] marks
---@return integer width
local function flatten(lines)
  local render = require("lofi.ui.render")
  local flat, marks, width = {}, {}, 1
  for index, chunks in ipairs(lines) do
    flat[index], marks[index] = render.flat(chunks)
    width = math.max(width, vim.fn.strdisplaywidth(flat[index]) + 1)
  end
  return flat, marks, width
end

---@param buf integer
---@param flat string[]
---@param marks lofi.ui.Mark[][]
local function fill(buf, flat, marks)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, flat)
  for index, each in ipairs(marks) do
    for _, mark in ipairs(each) do
      local opts = { end_col = mark[2], hl_group = mark[3] }
      vim.api.nvim_buf_set_extmark(buf, namespace, index - 1, mark[1], opts)
    end
  end
  vim.bo[buf].modifiable = false
  vim.bo[buf].bufhidden = "wipe"
  vim.bo[buf].filetype = "lofi-page"
end

---The line at which the second of two columns begins: a heading, as near to the middle as there is.
---@param lines lofi.ui.Chunk[][]
---@return integer
local function fold(lines)
  local best = #lines + 1
  for index = 2, #lines do
    local heading = (lines[index][1] or {})[2] == "LofiSection"
    local nearer = math.abs(index - 1 - #lines / 2) < math.abs(best - 1 - #lines / 2)
    best = heading and nearer and index or best
  end
  return best
end

---Two columns where one would be too high and there is room for two.
---@param lines lofi.ui.Chunk[][]
---@param size lofi.ui.Size
---@return lofi.ui.Chunk[][]
local function folded(lines, size)
  local _, _, width = flatten(lines)
  if #lines <= size.lines - 2 or 2 * width + 4 > size.columns then
    return lines
  end
  local second, page = fold(lines), {}
  for index = 1, math.max(second - 1, #lines - second + 1) do
    local left = index < second and lines[index] or {}
    local used = math.max(1, vim.fn.strdisplaywidth((require("lofi.ui.render").flat(left))))
    page[index] = vim.list_extend({}, left)
    table.insert(page[index], { (" "):rep(width + 1 - used) })
    vim.list_extend(page[index], lines[second + index - 1] or {})
  end
  return page
end

---@param size lofi.ui.Size
---@param width integer
---@param height integer
---@param title string
---@param border? lofi.ui.Border
---@return vim.api.keyset.win_config
local function place(size, width, height, title, border)
  local edge = border and 2 or 0
  local more = height > size.lines - edge
  width = math.min(width, size.columns - edge)
  height = math.min(height, size.lines - edge)
  return {
    relative = "editor",
    row = size.top + math.max(0, math.floor((size.lines - height - edge) / 2)),
    col = math.max(0, math.floor((size.columns - width - edge) / 2)),
    width = math.max(1, width),
    height = math.max(1, height),
    style = "minimal",
    border = border or "none",
    title = border and (" %s "):format(title) or nil,
    title_pos = border and "center" or nil,
    footer = border and (more and " j k scroll  q close " or " q close ") or nil,
    footer_pos = border and "left" or nil,
    zindex = 60,
  }
end

---@param title string
---@param lines lofi.ui.Chunk[][]
---@param border? lofi.ui.Border
---@return integer win
function M.open(title, lines, border)
  local size = require("lofi.ui.frame").screen()
  local flat, marks, width = flatten(folded(lines, size))
  local buf = vim.api.nvim_create_buf(false, true)
  fill(buf, flat, marks)
  local config = place(size, width, #flat, title, border)
  local win = vim.api.nvim_open_win(buf, true, config)
  vim.wo[win].winhighlight =
    "NormalFloat:LofiNormal,FloatBorder:LofiBorder,FloatTitle:LofiTitle,FloatFooter:LofiFooter"
  vim.wo[win].wrap = true
  local function close()
    if vim.api.nvim_win_is_valid(win) then
      vim.api.nvim_win_close(win, true)
    end
  end
  for _, lhs in ipairs({ "q", "<Esc>", "<CR>", "g?" }) do
    vim.keymap.set("n", lhs, close, { buffer = buf, nowait = true, desc = "Lofi: close this page" })
  end
  vim.api.nvim_create_autocmd(
    "WinLeave",
    { buffer = buf, once = true, callback = vim.schedule_wrap(close) }
  )
  return win
end

return M
