--- How a daemon died, in words.
local errors = require("lofi.errors")

local M = {}

---What it wrote last, as the log has it: at most three lines.
---@return string
function M.last_words()
  local words = {}
  local lines = require("lofi.log").tail(20)
  for at = #lines, 1, -1 do
    local line = lines[at]:match("^%S+ %S+ daemon (.*)$")
    if line and #words < 3 then
      table.insert(words, 1, line)
    elseif #words > 0 then
      break
    end
  end
  return #words > 0 and ", saying: " .. table.concat(words, " / ") or ""
end

---@param which lofi.Process
---@param code integer
---@param signal integer
---@return lofi.Error
function M.of(which, code, signal)
  local how = which.leaving and "was told to end"
    or signal ~= 0 and ("ended by signal %d"):format(signal)
    or ("ended with code %d"):format(code)
  return errors.new("DAEMON_EXITED", "the daemon " .. how)
end

return M
