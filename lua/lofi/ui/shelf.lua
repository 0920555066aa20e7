--- The part of the studio that lists the finished tracks. Pure: state in, rows out.
local columns = require("lofi.ui.columns")
local text = require("lofi.text")
local when = require("lofi.ui.when")

local M = {}

---Cells that a prompt is to have before further columns get any.
local NAME = 30

local WIDEST_BACKEND = 12

---@param track lofi.Track
---@return string
local function seed(track)
  return type(track.seed) == "number" and ("seed %.0f"):format(track.seed) or ""
end

---How wide the columns must be for the tracks at hand.
---@param tracks lofi.Track[]
---@return { backend: integer, seed: integer }
local function widths(tracks)
  local wide, seen = { backend = 0, seed = 0 }, {}
  for _, track in ipairs(tracks) do
    local backend = track.backend or ""
    seen[backend] = seen[backend] or vim.fn.strdisplaywidth(text.clean(backend))
    wide.backend = math.min(WIDEST_BACKEND, math.max(wide.backend, seen[backend]))
    wide.seed = math.max(wide.seed, #seed(track))
  end
  return wide
end

---@param track lofi.Track
---@param view lofi.ui.View
---@return lofi.ui.Chunk[]
local function question(track, view)
  local words = ("%s again deletes %s"):format(
    view.keys.remove or "once more",
    text.clean(track.prompt)
  )
  return columns.line({
    { text = view.icons.failed, hl = "LofiError" },
    { text = words, hl = "LofiError", grow = true },
  }, view.width, view.icons)
end

---@param track lofi.Track
---@param plays boolean
---@param wide { backend: integer, seed: integer }
---@param view lofi.ui.View
---@return lofi.ui.Chunk[]
local function line(track, plays, wide, view)
  local icons = view.icons
  local measure = vim.fn.strdisplaywidth
  return columns.line({
    { text = plays and icons.play or "", hl = "LofiPlaying", width = measure(icons.play) },
    {
      text = track.favorite == true and icons.favorite or "",
      hl = "LofiFavorite",
      width = measure(icons.favorite),
      gap = 0,
    },
    {
      text = text.clean(track.prompt),
      hl = plays and "LofiPlaying" or nil,
      grow = true,
      min = NAME,
      gap = 1,
    },
    { text = text.clock(track.duration_sec), hl = "LofiTime", width = 5, right = true },
    { text = text.clean(track.backend), hl = "LofiDim", width = wide.backend, drop = 2 },
    { text = seed(track), hl = "LofiDim", width = wide.seed, drop = 3 },
    {
      text = when.ago(track.created_at, view.now),
      hl = "LofiDim",
      width = 10,
      right = true,
      drop = 1,
    },
  }, view.width, icons)
end

---Lines that were drawn, by track: most of a long library looks the same the next time.
---@type table<lofi.Track, { key: string, chunks: lofi.ui.Chunk[] }>
local drawn = setmetatable({}, { __mode = "k" })

---@param track lofi.Track
---@param plays boolean
---@param wide { backend: integer, seed: integer }
---@param view lofi.ui.View
---@return lofi.ui.Chunk[]
local function line_again(track, plays, wide, view)
  local key = table.concat({
    view.width,
    wide.backend,
    wide.seed,
    view.icons.play,
    plays and 1 or 0,
    vim.o.ambiwidth,
    when.ago(track.created_at, view.now),
  }, " ")
  local before = drawn[track]
  if not before or before.key ~= key then
    before = { key = key, chunks = line(track, plays, wide, view) }
    drawn[track] = before
  end
  return before.chunks
end

---@param state lofi.State
---@param view lofi.ui.View
---@return lofi.ui.Row
local function empty(state, view)
  local words = "no tracks yet"
  if not state.library.loaded then
    words = state.daemon.status == "failed" and "not to be seen without the daemon"
      or "being read" .. view.icons.cut
  elseif view.keys.prompt then
    words = ("no tracks yet: press %s and say what you would like to hear"):format(view.keys.prompt)
  end
  local lines = vim.tbl_map(function(each)
    return { { "  " }, { each, "LofiDim" } }
  end, columns.wrap(words, view.width - 2, 3, view.icons))
  return { kind = "empty", lines = lines }
end

---@param state lofi.State
---@return lofi.Track[]
function M.tracks(state)
  return vim.tbl_filter(function(track)
    return type(track) == "table" and type(track.track_id) == "string"
  end, state.library.tracks)
end

---@param state lofi.State
---@param view lofi.ui.View
---@return lofi.ui.Row[]
function M.rows(state, view)
  local tracks = M.tracks(state)
  if #tracks == 0 then
    return { empty(state, view) }
  end
  local wide = widths(tracks)
  local playback = state.playback or { state = "stopped" }
  local current = playback.state ~= "stopped" and (playback.track or {}).track_id
  return vim.tbl_map(function(track)
    local id = "track:" .. track.track_id
    local chunks = view.armed == id and question(track, view)
      or line_again(track, track.track_id == current, wide, view)
    return { id = id, kind = "track", item = track, lines = { chunks } }
  end, tracks)
end

return M
