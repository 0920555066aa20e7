--- Keeps the mirror true where notifications alone do not: after a start, and when others change
--- the library. Also hands the player's settings to each new daemon.
local state = require("lofi.state")

local M = {}

---Asks, and takes the answer in. A daemon that does not know the method is left in peace.
---@param method string
---@param params? table
local function look(method, params)
  require("lofi.daemon").request(method, params, function(err, result)
    if not err then
      state.apply(method, result)
    elseif err.name ~= "METHOD_NOT_FOUND" then
      require("lofi.log").warn("%s: %s", method, err.message)
    end
  end)
end

---The settings that are no variables of its environment.
---@param config lofi.Config
local function hand_over(config)
  local volume, radio = config.player.volume, config.radio
  if volume then
    look("volume_set", { level = volume }) -- it remembers another one
  end
  if next(radio) then
    look("prefetch_config", {
      enabled = radio.ahead,
      strategy = radio.strategy,
      presets = radio.presets,
      trigger = radio.trigger,
    })
  end
end

local function greet()
  look("queue_status")
  look("playback_status")
  hand_over(require("lofi.config").get())
  if state.get().library.loaded then
    look("library_list")
  end
end

---@param p { reason: string, track_ids: string[] }
local function library_changed(p)
  if not state.get().library.loaded or type(p.track_ids) ~= "table" then
    return
  end
  local known = require("lofi.library").known
  for _, id in ipairs(p.track_ids) do
    if p.reason == "favorite" or (p.reason == "added" and not known(id)) then
      look("library_get", { track_id = id })
    end
  end
end

local excused = false

---Why a finished track is not heard, once a session: the daemon plays it, if it can.
local function excuse_silence()
  local playback = state.get().playback
  local problem = playback and playback.problem
  if problem and not excused and require("lofi.config").get().player.autoplay then
    excused = true
    local errors = require("lofi.errors")
    local err = errors.new("AUDIO_DEVICE_ERROR", problem.message or "no sound", problem.recovery)
    require("lofi.notice").aside("not played: " .. errors.text(err), "warn")
  end
end

local following = false

---From now on; a second call changes nothing.
function M.follow()
  if following then
    return
  end
  following = true
  local events = require("lofi.events")
  events.on("daemon_start", greet)
  events.on("library_changed", library_changed)
  events.on("generation_complete", excuse_silence)
end

return M
