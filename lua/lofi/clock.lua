--- The time, and a tick each second for as long as someone shows it. Knows no playback.
local M = {}

---Milliseconds between two ticks.
M.INTERVAL = 1000

---@type fun()[]
local listeners = {}
local timer ---@type uv.uv_timer_t?

---Where playing is and how old things are is reckoned with this. Tests put another function here.
---@return number seconds since 1970
function M.now()
  local seconds, micros = vim.uv.gettimeofday()
  return seconds + micros / 1e6
end

local function tick()
  for _, fn in ipairs(listeners) do
    fn()
  end
end

local function stop()
  if timer and #listeners == 0 then
    timer:stop()
    timer:close()
    timer = nil
  end
end

---Whether the timer runs.
---@return boolean
function M.ticks()
  return timer ~= nil
end

---Calls `fn` in the main loop, once a second.
---@param fn fun()
---@return fun() off
function M.each_second(fn)
  listeners = vim.list_extend({}, listeners)
  listeners[#listeners + 1] = fn
  if not timer then
    timer = assert(vim.uv.new_timer())
    timer:start(M.INTERVAL, M.INTERVAL, vim.schedule_wrap(tick))
  end
  return function()
    listeners = vim.tbl_filter(function(each)
      return each ~= fn
    end, listeners)
    stop()
  end
end

return M
