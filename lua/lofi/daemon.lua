--- The one daemon of this Neovim: started when needed, spoken to, started again when it dies.
---
--- Requests made while it starts wait for it. Whatever happens to it, each is answered once.
local errors = require("lofi.errors")
local notice = require("lofi.notice")
local obituary = require("lofi.obituary")
local state = require("lofi.state")

local M = {}

---The protocol this plugin speaks.
M.PROTOCOL = 1

---Seconds a daemon must have lived for its death to count as the first one.
local STEADY = 30
---Seconds its first start may take where it has to be set up before.
local SET_UP = 900
---Milliseconds that leaving Neovim may take because of it.
local PATIENCE = 150
---Milliseconds after which one that was told to leave is killed.
local GRACE = 3000

local process ---@type lofi.Process?
local rpc ---@type lofi.Rpc?
local status = "stopped" ---@type "stopped"|"starting"|"ready"|"restarting"|"failed"
local waiting = {} ---@type { method: string, params?: table, cb: lofi.Callback }[]
local deaths = 0 -- in a row
local born = 0 -- when it became ready, in ns
local pause ---@type fun()? calls a start that is due off
local misfortune ---@type string? how it died, until a new one is ready
local launch

---@param now "stopped"|"starting"|"ready"|"restarting"|"failed"
---@param more? { version?: string, message?: string }
local function become(now, more)
  status = now
  local told = vim.tbl_extend("force", { status = now, pid = process and process.pid }, more or {})
  state.apply("daemon", told)
end

---@param ms number
---@param fn fun()
---@return fun() call_off
local function after(ms, fn)
  local timer = vim.defer_fn(fn, math.max(1, math.floor(ms)))
  return function()
    if not timer:is_closing() then
      timer:stop()
      timer:close()
    end
  end
end

---@param err lofi.Error
local function refuse(err)
  local refused = waiting
  waiting = {}
  for _, call in ipairs(refused) do
    call.cb(err)
  end
end

---It will not be tried again until somebody asks for something.
---@param err lofi.Error
local function give_up(err)
  become("failed", { message = errors.text(err) })
  require("lofi.log").error("%s", errors.text(err))
  require("lofi.events").emit("daemon_error", err)
  refuse(err)
end

---@param err lofi.Error
local function start_again_or_not(err)
  local delays = require("lofi.config").get().daemon.restart
  deaths = deaths + 1
  if deaths > #delays then
    deaths = 0
    misfortune = nil
    local told = vim.tbl_extend("force", err, { message = err.message .. obituary.last_words() })
    notice.aside(errors.text(told), "error")
    return give_up(told)
  end
  misfortune = err.message
  become("restarting", { message = err.message })
  pause = after(delays[deaths] * 1000, function()
    pause = nil
    launch()
  end)
end

---@param which lofi.Process
---@param code integer
---@param signal integer
local function ended(which, code, signal)
  if which ~= process then
    return -- an older one; this one is none of its business
  end
  local worked = rpc:waiting() > 0 or state.is_generating()
  local err = obituary.of(which, code, signal)
  require("lofi.log").info("%s", err.message)
  local was_ready, gone = status == "ready", rpc --[[@as lofi.Rpc]]
  process, rpc = nil, nil
  if was_ready and vim.uv.hrtime() - born > STEADY * 1e9 then
    deaths = 0
  end
  state.apply("daemon_exit", { error = err })
  require("lofi.events").emit("daemon_exit", {
    code = code,
    signal = signal,
    expected = which.leaving,
    error = err,
  })
  local quiet = which.leaving
    or (code == 0 and signal == 0 and was_ready and not worked and #waiting == 0)
  become("stopped")
  if not quiet then
    start_again_or_not(err)
  elseif #waiting > 0 then
    launch()
  end
  gone:fail(err) -- last: its callbacks may ask for more
end

---@param which lofi.Process
local function dismiss(which)
  which:leave()
  after(GRACE, function()
    which:kill("sigkill")
  end)
end

---@param err lofi.Error
local function incompatible(err)
  local which = process --[[@as lofi.Process]]
  process, rpc = nil, nil
  dismiss(which)
  notice.aside(errors.text(err), "error")
  give_up(err)
end

local function flush()
  local calls = waiting
  waiting = {}
  for _, call in ipairs(calls) do
    M.request(call.method, call.params, call.cb)
  end
end

---@param introduction table
local function ready(introduction)
  born = vim.uv.hrtime()
  become("ready", { version = introduction.version })
  if misfortune then
    notice.aside(misfortune .. "; it is back", "warn")
    misfortune = nil
  end
  require("lofi.events").emit("daemon_start", { version = introduction.version, pid = process.pid })
  flush()
end

---@param which lofi.Process
---@param err? lofi.Error
---@param answer? any
local function introduced(which, err, answer)
  if which ~= process then
    return
  end
  if err and err.name == "DAEMON_TIMEOUT" then
    return which:kill("sigkill") -- its exit says the rest
  elseif err and err.name == "DAEMON_EXITED" then
    return
  end
  local compatible = not err and type(answer) == "table" and answer.compatible == true
  if compatible then
    return ready(answer)
  end
  local reason = not err and type(answer) == "table" and answer.message
  local version = type(answer) == "table" and answer.version or "of another protocol"
  local text = ("the daemon (%s) does not fit this plugin (%s)"):format(
    tostring(version),
    require("lofi.version")
  )
  if type(reason) == "string" then
    text = text .. ": " .. reason
  end
  incompatible(errors.new("DAEMON_INCOMPATIBLE", text))
end

---@class lofi.daemon.Life one process, and how one speaks with it
---@field process? lofi.Process
---@field inbox? lofi.Inbox

---@param life lofi.daemon.Life
---@return lofi.Rpc
local function line_to(life)
  local it = require("lofi.rpc").new({
    write = function(line)
      life.process:write(line)
    end,
    after = after,
    notified = require("lofi.notifications").take,
    problem = function(text)
      require("lofi.log").warn("%s", text)
    end,
    deliver = function(message)
      life.inbox.put(message)
    end,
  })
  life.inbox = require("lofi.inbox").new(function(message)
    if it == rpc then -- else it is a message of one that is no longer ours
      it:take(message)
    end
  end)
  return it
end

local function part_with_neovim()
  vim.api.nvim_create_autocmd("VimLeavePre", {
    group = vim.api.nvim_create_augroup("lofi.daemon", { clear = true }),
    callback = M.leave,
  })
end

launch = function()
  local config = require("lofi.config").get()
  local program = require("lofi.process").find(config.daemon)
  if not program then
    return give_up(errors.new("DAEMON_NOT_FOUND", "the program lofi-daemon is not to be found"))
  end
  local life = {} ---@type lofi.daemon.Life
  local it = line_to(life)
  local this, why =
    require("lofi.process").spawn(program.cmd, require("lofi.process").environment(config), {
      out = it.feed,
      err = require("lofi.log").append,
      ended = vim.schedule_wrap(function(which, code, signal)
        life.inbox.drain()
        ended(which, code, signal)
      end),
    })
  if not this then
    local text = ("%s does not start: %s"):format(program.cmd[1], why)
    return give_up(errors.new("DAEMON_SPAWN_FAILED", text))
  end
  if program.slow then
    notice.aside("the daemon sets itself up, which may take minutes (:Lofi log)")
  end
  process, rpc, life.process = this, it, this
  part_with_neovim()
  require("lofi.mirror").follow()
  become("starting")
  local me = { plugin_version = require("lofi.version"), protocol = M.PROTOCOL }
  it:request("initialize", me, function(err, answer)
    introduced(this, err, answer)
  end, program.slow and SET_UP or config.daemon.timeout)
end

---Starts it if it is not there.
function M.start()
  if not process and not pause then
    launch()
  end
end

---@return boolean
function M.is_running()
  return process ~= nil
end

---Asks; starts the daemon if need be. The callback is called once, in the main loop.
---@param method string
---@param params? table
---@param cb lofi.Callback
function M.request(method, params, cb)
  if status ~= "ready" or process.leaving then
    table.insert(waiting, { method = method, params = params, cb = cb })
    vim.schedule(M.start)
    return
  end
  rpc:request(method, params, function(err, result)
    if not err and type(result) ~= "table" then
      err = errors.new("BAD_ANSWER", ("the daemon's answer to %s makes no sense"):format(method))
    end
    cb(err, not err and result or nil)
  end, require("lofi.config").get().daemon.timeout)
end

---Ends it: it gives up all jobs.
---@param cb? lofi.Callback
function M.shutdown(cb)
  require("lofi.ask").callback("shutdown", cb)
  cb = cb or function() end
  if pause then
    pause()
    pause = nil
    become("stopped")
    refuse(errors.new("DAEMON_EXITED", "the daemon was shut down"))
  end
  if not process then
    return vim.schedule(cb)
  end
  local which = process
  local function asked(err)
    if process == which then
      dismiss(which)
    end
    cb(err and err.name ~= "DAEMON_EXITED" and err or nil, {})
  end
  rpc:request("shutdown", nil, asked, require("lofi.config").get().daemon.timeout)
  which.leaving = true
end

---Ends it, if it runs, and starts a new one. What waits in its queue comes back.
---@param cb? lofi.Callback
function M.restart(cb)
  require("lofi.ask").callback("restart", cb)
  cb = cb or function() end
  deaths = 0
  if pause then
    pause()
    pause = nil
  end
  if process then
    dismiss(process)
    become("restarting")
  end
  M.request("ping", nil, cb)
end

---Before Neovim leaves: the daemon ends by itself when its input does; waiting a moment for it
---spares whoever looks next a daemon that is still leaving.
function M.leave()
  if pause then
    pause()
    pause = nil
  end
  local which = process
  if not which then
    return
  end
  which:leave()
  vim.wait(PATIENCE, function()
    return which.ended
  end, 5)
  which:kill("sigterm")
end

return M
