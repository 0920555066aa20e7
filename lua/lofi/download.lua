--- Models: fetching them once the user has agreed to size and licence, and who waits for which.
local ask = require("lofi.ask")
local errors = require("lofi.errors")
local is = require("lofi.schema")

local M = {}

local waiting = {} ---@type table<string, lofi.Callback[]> by backend
local listening = false

---@param backend any
---@param err? lofi.Error
---@param result? table
local function settle(backend, err, result)
  local callbacks = waiting[backend] or {}
  waiting[backend] = nil
  for _, cb in ipairs(callbacks) do
    ask.tell(cb, err, result)
  end
end

local function listen()
  if listening then
    return
  end
  listening = true
  local events = require("lofi.events")
  events.on("download_complete", function(p)
    settle(p.backend, nil, p)
  end)
  events.on("download_error", function(p)
    settle(p.backend, require("lofi.reduce").error_of(p))
  end)
  events.on("daemon_exit", function(p)
    for backend in pairs(waiting) do
      settle(backend, p.error)
    end
  end)
end

local begin

---@param params table
---@param err lofi.Error
---@param cb lofi.Callback
local function ask_user(params, err, cb)
  local items = { "download it", "not now" }
  vim.ui.select(items, { prompt = err.message, kind = "lofi_consent" }, function(choice)
    if choice == items[1] then
      params.consent = true
      return begin(params, cb)
    end
    ask.tell(cb, errors.new("DOWNLOAD_CONSENT_REQUIRED", "it was not downloaded", err.hint))
  end)
end

begin = function(params, cb)
  require("lofi.daemon").request("download_backend", params, function(err, result)
    if err and err.name == "DOWNLOAD_CONSENT_REQUIRED" and not params.consent then
      return ask_user(params, err, cb)
    elseif err or result.already_installed then
      return ask.tell(cb, err, result)
    end
    local name = result.backend or params.backend
    waiting[name] = waiting[name] or {}
    table.insert(waiting[name], cb)
  end)
end

local OPTIONS = { consent = is.flag, model = is.text }

---@param backend string
---@param opts? { consent?: boolean, model?: string }
---@param cb? lofi.Callback
function M.start(backend, opts, cb)
  local params = { backend = backend == nil and false or backend }
  if not ask.valid("download", { backend = is.text }, params, cb) then
    return
  end
  local err = opts ~= nil and ask.check("download", OPTIONS, opts) or nil
  if err then
    return ask.tell(cb, err)
  end
  listen()
  require("lofi.progress").begin()
  begin(vim.tbl_extend("force", params, opts or {}), cb or function(failed)
    if failed and not require("lofi.progress").is_shown() then
      require("lofi.notice").failed(failed)
    end
  end)
end

---@param backend string
---@param cb? lofi.Callback
function M.cancel(backend, cb)
  local params = { backend = backend == nil and false or backend }
  if ask.valid("download_cancel", { backend = is.text }, params, cb) then
    ask.call("download_cancel", params, cb)
  end
end

return M
