--- Questions to the daemon as the public functions put them: arguments checked, the answer taken
--- into the mirror, the callback called once in the main loop.
local errors = require("lofi.errors")
local schema = require("lofi.schema")

local M = {}

---A callback that is none cannot be told so by calling it.
---@param name string of the public function
---@param cb any
function M.callback(name, cb)
  if cb ~= nil and type(cb) ~= "function" then
    error(("lofi.%s: the callback must be a function, not %s"):format(name, type(cb)), 0)
  end
end

---@param name string of the public function
---@param rules lofi.Rules
---@param values any
---@return lofi.Error?
function M.check(name, rules, values)
  local _, problems = schema.sift(rules, values, name)
  if #problems > 0 then
    local message = table.concat(problems, "; "):gsub("there is no setting ", "there is no ")
    return errors.new("INVALID_PARAMS", message, ":help lofi-api describes the arguments")
  end
end

---Told in other ways: the death of a daemon once, not by each who waited; that a job was given up.
M.known = { DAEMON_EXITED = true, GENERATION_CANCELLED = true }

---Tells the callback, or, where there is none, the user of an error.
---@param cb? lofi.Callback
---@param err? lofi.Error
---@param result? any
function M.tell(cb, err, result)
  vim.schedule(function()
    if not cb then
      if err and not M.known[err.name] then
        require("lofi.notice").failed(err)
      end
      return
    end
    local ok, why = pcall(cb, err, result)
    if not ok then
      require("lofi.notice").aside("a callback failed: " .. tostring(why), "error")
    end
  end)
end

---Asks the daemon, which is started if need be.
---@param method string
---@param params? table
---@param cb? lofi.Callback
---@param pick? fun(result: table): any what of the result the callback gets; by default all
function M.call(method, params, cb, pick)
  require("lofi.daemon").request(method, params, function(err, result)
    if not err then
      require("lofi.state").apply(method, result)
    end
    M.tell(cb, err, not err and (pick and pick(result) or result) or nil)
  end)
end

---Checks, then asks.
---@param name string of the public function
---@param rules lofi.Rules
---@param values table
---@param cb any
---@return boolean whether all is well; if not, the callback will be told
function M.valid(name, rules, values, cb)
  M.callback(name, cb)
  local err = M.check(name, rules, values)
  if err then
    M.tell(cb, err)
  end
  return not err
end

return M
