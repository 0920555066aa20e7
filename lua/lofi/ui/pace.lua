--- Does a thing when asked to, at once if it can be, and at most ten times a second.
local M = {}

---Milliseconds between two times.
M.INTERVAL = 100

---@class lofi.ui.Pace
---@field private fn fun()
---@field private timer? uv.uv_timer_t runs from one time until the next is allowed
---@field private asked boolean whether it was asked for meanwhile
local Pace = {}
Pace.__index = Pace

---@param fn fun() called in the main loop
---@return lofi.ui.Pace
function M.new(fn)
  return setmetatable({ fn = fn, asked = false }, Pace)
end

function Pace:rest()
  self.timer = assert(vim.uv.new_timer())
  self.timer:start(M.INTERVAL, 0, function()
    local asked = self.asked
    self:stop()
    if asked then
      self:ask()
    end
  end)
end

---May be called from anywhere, also in a fast event.
function Pace:ask()
  if self.timer then
    self.asked = true
    return
  end
  self:rest()
  vim.schedule(self.fn)
end

---@return boolean whether nothing is to be done any more
function Pace:is_still()
  return self.timer == nil
end

---Forgets what was asked for; `ask` works again afterwards.
function Pace:stop()
  self.asked = false
  if self.timer then
    self.timer:stop()
    self.timer:close()
    self.timer = nil
  end
end

return M
