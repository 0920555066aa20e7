--- What a message about playing, the playlist, the radio or the timer changes in the mirror.
--- Pure, and of the same shape as `lofi.reduce`.
---@type table<string, fun(state: lofi.State, params: table): string[]?>
local M = {}

local DEFAULTS = {
  state = "stopped",
  volume = 0.5,
  muted = false,
  output = "none",
  playlist_length = 0,
  loop = "off",
  shuffle = false,
  crossfade_sec = 0,
}

local function put(state, name, value)
  if vim.deep_equal(state[name], value) then
    return false
  end
  state[name] = value
  return true
end

---A Playback object without holes where the screen would look.
---@param p table
---@return lofi.Playback
local function whole(p)
  local playback = {}
  for key, value in pairs(p) do
    playback[key] = value
  end
  for key, default in pairs(DEFAULTS) do
    if type(playback[key]) ~= type(default) then
      playback[key] = default
    end
  end
  local at = type(p.position) == "table" and p.position or {}
  playback.position = {
    position = tonumber(at.position) or 0,
    at = tonumber(at.at) or 0,
    playing = at.playing == true,
  }
  for _, name in ipairs({ "track", "radio", "timer", "problem" }) do
    playback[name] = type(p[name]) == "table" and p[name] or nil
  end
  return playback
end

local function playback(state, p)
  if type(p.state) ~= "string" then
    return
  end
  local changed = {}
  local now = whole(p)
  for name, value in pairs({
    playback = now,
    radio = now.radio or false,
    timer = now.timer or false,
  }) do
    if put(state, name, value or nil) then
      changed[#changed + 1] = name
    end
  end
  return #changed > 0 and changed or nil
end

-- The answers to `play`, `pause` and so on say the same, but the news of it comes as a notification
-- too; taken in from the answer, it would be no news any more, and no event.
for _, name in ipairs({
  "playback_started",
  "playback_paused",
  "playback_resumed",
  "playback_changed",
  "playback_status",
}) do
  M[name] = playback
end

---Always news, even where `playback_changed` has told of the new state before.
function M.playback_ended()
  return { "playback" }
end

function M.volume_changed(state, p)
  local now = state.playback
  if not now or type(p.volume) ~= "number" then
    return
  end
  if now.volume == p.volume and now.muted == (p.muted == true) then
    return
  end
  now.volume, now.muted = p.volume, p.muted == true
  return { "playback" }
end

function M.playlist_changed(state, p)
  local ids = type(p.track_ids) == "table" and p.track_ids or {}
  local now = { track_ids = ids, index = p.index, loop = p.loop, shuffle = p.shuffle }
  return put(state, "playlist", now) and { "playlist" } or nil
end

function M.playlist_get(state, p)
  local ids = {}
  for i, track in ipairs(type(p.tracks) == "table" and p.tracks or {}) do
    ids[i] = track.track_id
  end
  local now = { track_ids = ids, index = p.index, loop = p.loop, shuffle = p.shuffle }
  return put(state, "playlist", now) and { "playlist" } or nil
end

local function told(state, name, value)
  value = type(value) == "table" and value or nil
  local changed = put(state, name, value)
  if state.playback then
    state.playback[name] = value
  end
  return changed and { name, "playback" } or nil
end

function M.radio_changed(state, p)
  return told(state, "radio", p.radio)
end

function M.timer_changed(state, p)
  return told(state, "timer", p.timer)
end

return M
