--- Playing: the public functions, as questions to the daemon, which has the sound.
local ask = require("lofi.ask")
local errors = require("lofi.errors")
local is = require("lofi.schema")

local M = {}

---What needs no daemon to be known.
---@param cb? lofi.Callback
---@return boolean whether it was answered here
local function nothing_plays(cb)
  if require("lofi.daemon").is_running() then
    return false
  end
  ask.tell(cb, errors.new("NOTHING_PLAYS", "nothing plays", ":Lofi play begins"))
  return true
end

---@param name string of the public function
---@param method string
---@param params? table
---@param cb? lofi.Callback
local function if_running(name, method, params, cb)
  ask.callback(name, cb)
  if not nothing_plays(cb) then
    ask.call(method, params, cb)
  end
end

local ID = is.any(is.text, is.list(is.text))

---@param track_id? string|string[]
---@param cb? lofi.Callback
function M.play(track_id, cb)
  if not ask.valid("play", { track_id = ID }, { track_id = track_id }, cb) then
    return
  end
  local several = type(track_id) == "table"
  local id = not several and track_id or nil
  ask.call("play", { track_id = id, track_ids = several and track_id or nil }, cb)
end

---@param cb? lofi.Callback
function M.pause(cb)
  if_running("pause", "pause", nil, cb)
end

---@param cb? lofi.Callback
function M.resume(cb)
  if_running("resume", "resume", nil, cb)
end

---@param cb? lofi.Callback
function M.toggle(cb)
  ask.callback("toggle", cb)
  ask.call("toggle", nil, cb)
end

---@param cb? lofi.Callback
function M.stop(cb)
  ask.callback("stop", cb)
  if require("lofi.daemon").is_running() then
    ask.call("stop", nil, cb)
  else
    ask.tell(cb, nil, {})
  end
end

---@param cb? lofi.Callback
function M.next(cb)
  if_running("next", "next", nil, cb)
end

---@param cb? lofi.Callback
function M.prev(cb)
  if_running("prev", "previous", nil, cb)
end

---@param value any
---@return boolean whether it is "+5" or "-5": from what it is now
local function is_step(value)
  return type(value) == "string" and value:find("^[+-]%d*%.?%d+$") ~= nil
end

---@param least number
---@param most number
---@return lofi.Rule
local function step_or(least, most)
  return is.any(is.number(least, most), function(value)
    return not is_step(value) and 'a step such as "+10" or "-10"' or nil
  end)
end

---@param where number|string
---@param cb? lofi.Callback
function M.seek(where, cb)
  local rules = { where = step_or(0, 86400) }
  if not ask.valid("seek", rules, { where = where == nil and "" or where }, cb) then
    return
  end
  local key = is_step(where) and "offset_sec" or "position_sec"
  if_running("seek", "seek", { [key] = tonumber(where) }, cb)
end

---@param level? number|string
---@param cb? lofi.Callback
function M.volume(level, cb)
  if not ask.valid("volume", { level = step_or(0, 1) }, { level = level }, cb) then
    return
  end
  if level == nil then
    return ask.call("volume_get", nil, cb)
  end
  local key = is_step(level) and "delta" or "level"
  ask.call("volume_set", { [key] = tonumber(level) }, cb)
end

---@param muted? boolean
---@param cb? lofi.Callback
function M.mute(muted, cb)
  if ask.valid("mute", { muted = is.flag }, { muted = muted }, cb) then
    ask.call("mute", { muted = muted }, cb)
  end
end

---@param name? string
---@param cb? lofi.Callback
function M.device(name, cb)
  if not ask.valid("device", { name = is.text }, { name = name }, cb) then
    return
  end
  if name == nil then
    return ask.call("audio_devices", nil, cb)
  end
  ask.call("audio_device_set", { device = name ~= "default" and name or vim.NIL }, cb)
end

---@param seconds number
---@param cb? lofi.Callback
function M.crossfade(seconds, cb)
  local params = { duration_sec = seconds == nil and "" or seconds }
  if ask.valid("crossfade", { duration_sec = is.number(0, 12) }, params, cb) then
    ask.call("crossfade_set", params, cb)
  end
end

---@type lofi.Rules
local CHANGE = {
  add = is.text,
  at = is.integer(0, 100000),
  remove = is.text,
  clear = is.flag,
  loop = is.one_of("off", "all", "one"),
  shuffle = is.flag,
}

---@param change table
---@return string method
---@return table? params
local function playlist_call(change)
  if change.add then
    return "playlist_add", { track_id = change.add, position = change.at }
  elseif change.remove then
    return "playlist_remove", { track_id = change.remove }
  elseif change.clear then
    return "playlist_clear"
  end
  return "playlist_set", { loop = change.loop, shuffle = change.shuffle }
end

---@param change? table
---@param cb? lofi.Callback
function M.playlist(change, cb)
  ask.callback("playlist", cb)
  if change == nil then
    return ask.call("playlist_get", nil, cb)
  end
  local err = ask.check("playlist", CHANGE, change)
  if err then
    return ask.tell(cb, err)
  end
  local method, params = playlist_call(change)
  ask.call(method, params, cb)
end

---Makes room for another sound, or comes back.
---@param active boolean
---@param level? number
---@param cb? lofi.Callback
function M.duck(active, level, cb)
  local rules = { active = is.flag, level = is.number(0, 1) }
  local params = { active = active == nil and "" or active, level = level }
  if ask.valid("duck", rules, params, cb) then
    ask.call("duck", params, cb)
  end
end

return M
