--- The mirror of what the daemon knows: one table, changed by messages alone, and who watches it.
local M = {}

---@return lofi.State
local function blank()
  return {
    daemon = { status = "stopped" },
    queue = { pending = {} },
    jobs = {},
    library = { tracks = {}, total = 0, loaded = false },
    downloads = {},
    backends = {},
    styles = {},
    playlist = { track_ids = {} },
  }
end

---@type lofi.State
local current = blank()
---@type fun(state: lofi.State, changed: table<string, true>)[]
local watchers = {}

---The table itself, not a copy: read it, never write it.
---@return lofi.State
function M.get()
  return current
end

---Calls `fn` after each real change, in the main loop, with the names of the parts that changed.
---@param fn fun(state: lofi.State, changed: table<string, true>)
---@return fun() off
function M.subscribe(fn)
  watchers = vim.list_extend({}, watchers)
  table.insert(watchers, fn)
  return function()
    watchers = vim.tbl_filter(function(each)
      return each ~= fn
    end, watchers)
  end
end

---@param parts string[]
local function tell(parts)
  local changed = {}
  for _, part in ipairs(parts) do
    changed[part] = true
  end
  for _, fn in ipairs(watchers) do
    local ok, why = pcall(fn, current, changed)
    if not ok then
      require("lofi.log").error("a watcher of the state failed: %s", why)
    end
  end
end

---Takes in the parameters of a notification, or the result of a method, under its name.
---@param name string
---@param params any
---@return boolean changed whether anything is not what it was
function M.apply(name, params)
  local reduce = require("lofi.reduce").on[name] or require("lofi.reduce_playback")[name]
  if not reduce or type(params) ~= "table" then
    return false
  end
  local parts = reduce(current, params)
  if not parts then
    return false
  end
  tell(parts)
  return true
end

---Whether any job waits or runs.
---@return boolean
function M.is_generating()
  local has_ended = require("lofi.reduce").has_ended
  for _, job in pairs(current.jobs) do
    if not has_ended(job) then
      return true
    end
  end
  return current.queue.current ~= nil or #current.queue.pending > 0
end

---As it was at the start; for tests.
function M.reset()
  current = blank()
  watchers = {}
end

return M
