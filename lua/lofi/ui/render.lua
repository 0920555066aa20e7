--- The studio's list as text: one pure function from state and view to lines, marks and rows.
--- Touches no buffer and no window.
local now = require("lofi.ui.now")
local queue = require("lofi.ui.queue")
local shelf = require("lofi.ui.shelf")
local text = require("lofi.text")

local M = {}

---First byte, byte after the last, highlight group.
---@alias lofi.ui.Mark { [1]: integer, [2]: integer, [3]: string }

---@class lofi.ui.Screen all three have one entry a line
---@field lines string[]
---@field marks lofi.ui.Mark[][]
---@field rows lofi.ui.Row[] what the line belongs to

---Cells left free on both sides.
local MARGIN = 1

---@param name string
---@param count string
---@param view lofi.ui.View
---@return lofi.ui.Row
local function heading(name, count, view)
  local left = view.width - vim.fn.strdisplaywidth(name .. count) - 1
  local rule = math.floor(math.max(0, left) / math.max(1, vim.fn.strdisplaywidth(view.icons.rule)))
  local chunks = {
    { name, "LofiSection" },
    { count, "LofiDim" },
    { " " },
    { view.icons.rule:rep(rule), "LofiRule" },
  }
  return { kind = "heading", lines = { chunks } }
end

---@param state lofi.State
---@return string
local function queued(state)
  local count = #queue.active(state)
  local capacity = tonumber(state.queue.capacity)
  if count == 0 then
    return ""
  end
  return capacity and (" %d/%d"):format(count, capacity) or (" %d"):format(count)
end

---@param state lofi.State
---@return string
local function kept(state)
  local shown, total = #shelf.tracks(state), tonumber(state.library.total) or 0
  if shown == 0 then
    return ""
  end
  return total > shown and (" %d of %d"):format(shown, total) or (" %d"):format(shown)
end

---@param chunks lofi.ui.Chunk[]
---@return string
---@return lofi.ui.Mark[]
function M.flat(chunks)
  local parts, marks, at = { (" "):rep(MARGIN) }, {}, MARGIN
  for _, chunk in ipairs(chunks) do
    local words, hl = chunk[1], chunk[2]
    parts[#parts + 1] = words
    if hl and vim.trim(words) ~= "" then
      marks[#marks + 1] = { at, at + #words:gsub("%s+$", ""), hl }
    end
    at = at + #words
  end
  return (table.concat(parts):gsub("%s+$", "")), marks
end

---Where even what is needed finds no room, the line is cut.
---@param line string
---@param marks lofi.ui.Mark[]
---@param width integer of the window
---@return string
---@return lofi.ui.Mark[]
local function cut(line, marks, width)
  if vim.fn.strdisplaywidth(line) <= width then
    return line, marks
  end
  line = text.fit(line, width, "")
  local left = vim.tbl_map(function(mark)
    return { mark[1], math.min(mark[2], #line), mark[3] }
  end, marks)
  return line, vim.tbl_filter(function(mark)
    return mark[1] < mark[2]
  end, left)
end

---What chunks that are kept from one drawing to the next look like.
---@type table<lofi.ui.Chunk[], { width: integer, line: string, marks: lofi.ui.Mark[] }>
local flattened = setmetatable({}, { __mode = "k" })

---@param chunks lofi.ui.Chunk[]
---@param width integer of the window
---@return string
---@return lofi.ui.Mark[]
local function laid_out(chunks, width)
  local before = flattened[chunks]
  if not before or before.width ~= width then
    local line, marks = M.flat(chunks)
    line, marks = cut(line, marks, width)
    before = { width = width, line = line, marks = marks }
    flattened[chunks] = before
  end
  return before.line, before.marks
end

---@param state lofi.State
---@param view lofi.ui.View `width` is that of the window
---@return lofi.ui.Screen
function M.list(state, view)
  local width = view.width
  view = vim.tbl_extend("force", view, { width = math.max(1, view.width - 2 * MARGIN) })
  local rows = { heading("now", "", view) }
  vim.list_extend(rows, now.rows(state, view))
  rows[#rows + 1] = heading("queue", queued(state), view)
  vim.list_extend(rows, queue.rows(state, view))
  rows[#rows + 1] = heading("library", kept(state), view)
  vim.list_extend(rows, shelf.rows(state, view))

  local screen = { lines = {}, marks = {}, rows = {} }
  for _, row in ipairs(rows) do
    for _, chunks in ipairs(row.lines) do
      local line, marks = laid_out(chunks, width)
      table.insert(screen.lines, line)
      table.insert(screen.marks, marks)
      table.insert(screen.rows, row)
    end
  end
  return screen
end

return M
