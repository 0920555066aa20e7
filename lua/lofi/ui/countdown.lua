--- How long jobs still take, between the daemon's messages, and a tick a second while it matters.
local clock = require("lofi.clock")

local M = {}

---@class lofi.ui.Countdown
---@field private told table<string, { eta: number, at: number }> what was foreseen, and when
---@field private fn fun()
---@field private stop? fun()
local Countdown = {}
Countdown.__index = Countdown

---@param fn fun() called each second, between `tick` and `rest`
---@return lofi.ui.Countdown
function M.new(fn)
  return setmetatable({ told = {}, fn = fn }, Countdown)
end

---@param jobs table<string, lofi.State.Job> by track id
---@return table<string, number> # seconds left, of those of which it was foreseen
function Countdown:left(jobs)
  local left, told, now = {}, {}, clock.now()
  for id, job in pairs(jobs) do
    local before = self.told[id]
    if job.eta_sec then
      local same = before and before.eta == job.eta_sec
      told[id] = same and before or { eta = job.eta_sec, at = now }
      left[id] = math.max(0, job.eta_sec - math.max(0, now - told[id].at))
    end
  end
  self.told = told
  return left
end

function Countdown:tick()
  self.stop = self.stop or clock.each_second(self.fn)
end

function Countdown:rest()
  if self.stop then
    self.stop()
    self.stop = nil
  end
end

return M
