--- Messages on their way from a fast event into the main loop, in order, a little at a time:
--- however many there are, the editor gets its turn in between.
local M = {}

---Nanoseconds of work at a time.
local BUDGET = 4e6

---@class lofi.Inbox
---@field put fun(message: table) also in fast events
---@field drain fun() takes all that is there, at once

---@param take fun(message: table)
---@return lofi.Inbox
function M.new(take)
  local queue, first, last = {}, 1, 0
  local due = false
  local work

  ---@param budget number
  local function some(budget)
    local begun = vim.uv.hrtime()
    while first <= last and vim.uv.hrtime() - begun < budget do
      local message = queue[first]
      queue[first] = nil
      first = first + 1
      local ok, why = pcall(take, message)
      if not ok then
        require("lofi.log").error("a message was not understood: %s", tostring(why))
      end
    end
  end

  work = function()
    due = false
    some(BUDGET)
    if first <= last and not due then
      due = true
      vim.defer_fn(work, 1) -- not vim.schedule: that would be this turn of the loop again
    end
  end

  return {
    put = function(message)
      last = last + 1
      queue[last] = message
      if not due then
        due = true
        vim.schedule(work)
      end
    end,
    drain = function()
      some(math.huge)
    end,
  }
end

return M
