--- Errors as callbacks and users get them. Knows names, not who raises them.
local M = {}

---What happened on this side of the wire has one number and many names.
M.CLIENT = -32099

local HINTS = {
  DAEMON_EXITED = ":Lofi log says why; ask again to start it anew",
  DAEMON_NOT_FOUND = "run :Lofi install, or name the program in daemon.cmd",
  DAEMON_SPAWN_FAILED = "run :checkhealth lofi",
  DAEMON_TIMEOUT = ":Lofi restart starts a new daemon",
  DAEMON_INCOMPATIBLE = "run :Lofi install",
  METHOD_NOT_FOUND = "run :Lofi install",
}

local NAMES = {
  [-32700] = "PARSE_ERROR",
  [-32600] = "INVALID_REQUEST",
  [-32601] = "METHOD_NOT_FOUND",
  [-32602] = "INVALID_PARAMS",
  [-32603] = "INTERNAL_ERROR",
}

---The numbers that the daemon gives to names; its notifications carry only the names.
local CODES = {
  MODEL_NOT_FOUND = -32000,
  MODEL_LOAD_FAILED = -32001,
  MODEL_DOWNLOAD_FAILED = -32002,
  DOWNLOAD_CANCELLED = -32002,
  MODEL_INFERENCE_FAILED = -32003,
  QUEUE_FULL = -32004,
  INVALID_DURATION = -32005,
  INVALID_PROMPT = -32006,
  INVALID_BACKEND = -32007,
  BACKEND_NOT_INSTALLED = -32008,
  INVALID_INFERENCE_STEPS = -32009,
  INVALID_GUIDANCE_SCALE = -32010,
  INVALID_SCHEDULER = -32011,
  DOWNLOAD_CONSENT_REQUIRED = -32012,
  GENERATION_CANCELLED = -32013,
  TRACK_NOT_FOUND = -32014,
  ALREADY_COMPLETE = -32015,
  CACHE_WRITE_ERROR = -32016,
  OUTPUT_EXISTS = -32016,
  BACKEND_NOT_READY = -32017,
  AUDIO_DEVICE_ERROR = -32018,
  AUDIO_PLAYBACK_ERROR = -32019,
  INVALID_PARAMS = -32602,
  INTERNAL_ERROR = -32603,
}

---The table itself; for tests.
M.codes = CODES

---@param name string
---@param message string
---@param hint? string by default the one that goes with the name
---@return lofi.Error
function M.new(name, message, hint)
  return {
    code = CODES[name] or M.CLIENT,
    name = name,
    message = message,
    hint = hint or HINTS[name],
  }
end

---An `error` member of a reply, whatever is in it.
---@param wire any
---@return lofi.Error
function M.from_wire(wire)
  if type(wire) ~= "table" then
    return M.new("BAD_ANSWER", "the daemon's answer makes no sense")
  end
  local data = type(wire.data) == "table" and wire.data or {}
  local code = type(wire.code) == "number" and wire.code or M.CLIENT
  local name = type(data.error_code) == "string" and data.error_code or NAMES[code] or "ERROR"
  local message = type(wire.message) == "string" and wire.message or "the daemon gave no reason"
  if name == "METHOD_NOT_FOUND" then
    message = "this daemon cannot do that yet" -- nobody knows its methods by their names
  end
  local hint = type(data.recovery) == "string" and data.recovery or HINTS[name]
  return { code = code, name = name, message = message, hint = hint }
end

---@param err lofi.Error
---@return string one line: what failed, what to do
function M.text(err)
  if err.hint and err.hint ~= "" then
    return err.message .. " (" .. err.hint .. ")"
  end
  return err.message
end

return M
