--- What the daemon tells by itself: into the mirror, and on to whoever listens.
local M = {}

---By notification: the event it is, where the names differ.
local EVENTS = {
  playback_started = "playback_start",
  playback_paused = "playback_pause",
  playback_resumed = "playback_resume",
  playback_ended = "playback_end",
}

---Those are events even if the mirror had heard of them in another way.
local ALWAYS = vim.tbl_keys(EVENTS)

---Sent to those who ask for streams, which the plugin leaves to the daemon's own player.
local UNUSED = { generation_chunk = true }

---@param method string
---@param params table
function M.take(method, params)
  if UNUSED[method] then
    return
  end
  local events = require("lofi.events")
  local event = EVENTS[method] or method
  if not events.names[event] or event:find("^daemon_") then
    return require("lofi.log").debug("nobody knows the notification %s", method)
  end
  local changed = require("lofi.state").apply(method, params)
  if changed or vim.list_contains(ALWAYS, method) then
    events.emit(event, params)
  end
end

return M
