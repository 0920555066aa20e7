--- A picture of a sound file in block characters. Reads a few thousand samples for each column,
--- none of it in the way of the editor: libuv reads, and every column has a turn of its own.
local uv = vim.uv

local M = {}

---Frames looked at for each column, at most.
local FRAMES = 2048

---Every so many frames are looked at.
local STRIDE = 4

local BLOCKS = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" }

---@class lofi.waveform.Layout where the samples are
---@field offset integer byte at which they begin
---@field frames integer
---@field size integer bytes of a frame

---@param bytes string
---@param at integer from 1
---@return integer
local function u16(bytes, at)
  local low, high = bytes:byte(at, at + 1)
  return low + 256 * high
end

---@param bytes string
---@param at integer from 1
---@return integer
local function u32(bytes, at)
  return u16(bytes, at) + 65536 * u16(bytes, at + 2)
end

---@param head string the first bytes of a file
---@param size integer of the whole file
---@return lofi.waveform.Layout?
---@return string? problem
function M.layout(head, size)
  if #head < 44 or head:sub(1, 4) ~= "RIFF" or head:sub(9, 12) ~= "WAVE" then
    return nil, "this is no WAV file"
  end
  local at, frame = 13, nil
  while at + 7 <= #head do
    local name, length = head:sub(at, at + 3), u32(head, at + 4)
    if name == "fmt " and at + 24 <= #head then
      if u16(head, at + 22) ~= 16 then
        return nil, "there is a picture of 16-bit sound only"
      end
      frame = math.max(2, u16(head, at + 20))
    elseif name == "data" and frame then
      local offset = at + 7
      local there = math.max(0, math.min(length, size - offset))
      return { offset = offset, frames = math.floor(there / frame), size = frame }
    end
    at = at + 8 + length + length % 2
  end
  return nil, "there is no sound in this file"
end

---@param bytes string of 16-bit samples
---@param frame integer bytes of a frame
---@return number 0 to 1: the greatest of the first channel
function M.peak(bytes, frame)
  local greatest = 0
  for at = 1, #bytes - 1, frame * STRIDE do
    local sample = u16(bytes, at)
    greatest = math.max(greatest, sample >= 32768 and 65536 - sample or sample)
  end
  return greatest / 32768
end

---@param fd integer
---@param layout lofi.waveform.Layout
---@param columns integer
---@param done fun(peaks: number[])
local function measure(fd, layout, columns, done)
  local peaks = {}
  local share = layout.frames / columns
  local length = math.max(1, math.min(FRAMES, math.floor(share))) * layout.size
  local function column(index)
    if index > columns then
      return done(peaks)
    end
    local at = layout.offset + math.floor((index - 1) * share) * layout.size
    uv.fs_read(fd, length, at, function(_, bytes)
      peaks[index] = M.peak(bytes or "", layout.size)
      column(index + 1)
    end)
  end
  column(1)
end

---@param path string
---@param columns integer
---@param done fun(problem?: string, peaks?: number[]) in the main loop, with values from 0 to 1
function M.peaks(path, columns, done)
  done = vim.schedule_wrap(done)
  uv.fs_open(path, "r", 0, function(_, fd)
    if not fd then
      return done("the file cannot be read")
    end
    local function finish(...)
      uv.fs_close(fd, function() end)
      done(...)
    end
    uv.fs_fstat(fd, function(_, stat)
      uv.fs_read(fd, 65536, 0, function(_, head)
        local layout, problem = M.layout(head or "", stat and stat.size or 0)
        if not layout then
          return finish(problem)
        end
        measure(fd, layout, columns, function(peaks)
          finish(nil, peaks)
        end)
      end)
    end)
  end)
end

---@param peaks number[] 0 to 1
---@param height integer lines
---@return string[] as wide as there are peaks, the loudest as high as there is room
function M.draw(peaks, height)
  local loudest = 1e-6
  for _, peak in ipairs(peaks) do
    loudest = math.max(loudest, peak)
  end
  local lines = {}
  for line = 1, height do
    local below = (height - line) * #BLOCKS
    local cells = {}
    for column, peak in ipairs(peaks) do
      local level = math.floor(peak / loudest * height * #BLOCKS + 0.5) - below
      cells[column] = level <= 0 and " " or BLOCKS[math.min(level, #BLOCKS)]
    end
    lines[line] = table.concat(cells)
  end
  return lines
end

return M
