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

---The settings of the player and the radio that the user has made.
---@param config lofi.Config
local function hand_over(config)
  local player, radio = config.player, config.radio
  if player.device then
    look("audio_device_set", { device = player.device })
  end
  if player.volume then
    look("volume_set", { level = player.volume })
  end
  if player.crossfade then
    look("crossfade_set", { duration_sec = player.crossfade })
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
end

return M
