--- One line of a table: cells side by side, given up one after another where the screen is narrow.
--- Widths are in screen cells and measured, so that wide characters keep the columns straight.
local text = require("lofi.text")

local M = {}

---@class lofi.ui.Cell
---@field text? string already fit to be shown
---@field hl? string highlight group
---@field width? integer by default the text's
---@field right? boolean set against the right edge of its column
---@field grow? boolean takes what the others leave
---@field min? integer width below which a growing cell makes others give way
---@field drop? integer the cell with the greatest number goes first; without one it stays
---@field bar? number 0 to 1: a bar is drawn instead of the text
---@field gap? integer cells between it and the one before; 2

---@alias lofi.ui.Chunk { [1]: string, [2]: string? } text and highlight group

local measure = vim.fn.strdisplaywidth

---@param cell lofi.ui.Cell
---@return integer
local function needs(cell)
  return cell.grow and (cell.min or 1) or cell.width or measure(cell.text or "")
end

---@param cell lofi.ui.Cell
---@param index integer
---@return integer
local function gap(cell, index)
  return index == 1 and 0 or cell.gap or 2
end

---@param cells lofi.ui.Cell[]
---@return integer
local function total(cells)
  local sum = 0
  for index, cell in ipairs(cells) do
    sum = sum + gap(cell, index) + needs(cell)
  end
  return sum
end

---@param cells lofi.ui.Cell[]
---@return integer? the cell to give up next
local function next_to_go(cells)
  local found, highest = nil, 0
  for index, cell in ipairs(cells) do
    if (cell.drop or 0) > highest then
      found, highest = index, cell.drop
    end
  end
  return found
end

---@param cells lofi.ui.Cell[]
---@param width integer
---@return lofi.ui.Cell[] those that find room
local function kept(cells, width)
  cells = vim.list_extend({}, cells)
  while total(cells) > width do
    local index = next_to_go(cells)
    if not index then
      break
    end
    table.remove(cells, index)
  end
  return cells
end

---@param share number 0 to 1
---@param width integer
---@param icons lofi.ui.Icons
---@return lofi.ui.Chunk[]
function M.bar(share, width, icons)
  local count = math.floor(width / math.max(1, measure(icons.bar)))
  local done = math.floor(math.min(1, math.max(0, share)) * count + 0.5)
  local left = width - done * measure(icons.bar)
  local rest = math.floor(left / math.max(1, measure(icons.rest)))
  local blank = (" "):rep(left - rest * measure(icons.rest))
  return { { icons.bar:rep(done), "LofiBar" }, { icons.rest:rep(rest) .. blank, "LofiBarRest" } }
end

---@param cell lofi.ui.Cell
---@param width integer
---@param icons lofi.ui.Icons
---@return lofi.ui.Chunk[]
local function draw(cell, width, icons)
  if cell.bar then
    return M.bar(cell.bar, width, icons)
  end
  local shown = text.fit(cell.text or "", width, icons.cut)
  local blank = (" "):rep(width - measure(shown))
  if cell.right then
    return { { blank }, { shown, cell.hl } }
  end
  return { { shown, cell.hl }, { blank } }
end

---@param cells lofi.ui.Cell[]
---@param width integer of the whole line
---@param icons lofi.ui.Icons
---@return lofi.ui.Chunk[]
function M.line(cells, width, icons)
  local shown = kept(cells, width)
  local spare = width - total(shown)
  local chunks = {}
  for index, cell in ipairs(shown) do
    chunks[#chunks + 1] = { (" "):rep(gap(cell, index)) }
    local extent = needs(cell) + (cell.grow and spare or 0)
    vim.list_extend(chunks, draw(cell, math.max(0, extent), icons))
  end
  return chunks
end

---Facts in order of importance, as many as there is room for; the first is cut if it must be.
---@param facts string[]
---@param width integer
---@param icons lofi.ui.Icons
---@return string
function M.facts(facts, width, icons)
  local line = text.fit(facts[1] or "", width, icons.cut)
  for index = 2, #facts do
    local longer = ("%s %s %s"):format(line, icons.separator, facts[index])
    if measure(longer) > width then
      break
    end
    line = longer
  end
  return line
end

---@param word string
---@param width integer
---@return string[] pieces that fit
local function pieces(word, width)
  local found = {}
  while measure(word) > width do
    local piece = text.fit(word, width, "")
    if piece == "" then
      break
    end
    found[#found + 1] = piece
    word = word:sub(#piece + 1)
  end
  found[#found + 1] = word
  return found
end

---Breaks text between words; a word longer than a line is broken too.
---@param words string
---@param width integer
---@param most integer lines; what does not fit in them is cut off
---@param icons lofi.ui.Icons
---@return string[]
function M.wrap(words, width, most, icons)
  local lines = { "" }
  for word in words:gmatch("%S+") do
    for index, piece in ipairs(pieces(word, width)) do
      local line = lines[#lines]
      local longer = (line == "" or index > 1) and line .. piece or line .. " " .. piece
      if measure(longer) <= width then
        lines[#lines] = longer
      else
        lines[#lines + 1] = piece
      end
    end
  end
  if #lines > most then
    lines[most] = text.fit(lines[most] .. " " .. lines[most + 1], width, icons.cut)
  end
  return vim.list_slice(lines, 1, most)
end

return M
