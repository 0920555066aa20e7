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

---`playback_changed` says the same and may come first; what counts is what they said themselves.
local TOLD_TWICE = { volume_changed = true, radio_changed = true, timer_changed = true }

---@type table<string, table> the latest of those
local latest = {}

---@param method string
---@param params table
---@return boolean
local function is_news(method, params)
  local before = latest[method]
  latest[method] = params
  return not vim.deep_equal(before, params)
end

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
  if TOLD_TWICE[method] then
    changed = is_news(method, params)
  end
  if changed or vim.list_contains(ALWAYS, method) then
    events.emit(event, params)
  end
end

return M
