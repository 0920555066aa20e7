--- The daemon as a program: where it is, and one running process of it.
local M = {}

---@class lofi.Program
---@field cmd string[]
---@field slow? boolean whether its first start may take minutes

---@param path string
---@return string?
local function executable(path)
  return vim.fn.executable(path) == 1 and path or nil
end

---@param cmd string[]
---@return string[] # with ~ and the like resolved in the program's name
local function expanded(cmd)
  local copy = vim.list_extend({}, cmd)
  copy[1] = vim.fn.expand(copy[1])
  return copy
end

---The program to start: the one that is configured, the one that belongs to this plugin (which
---another version on $PATH must not displace), the one on $PATH, and last the script that sets
---everything up.
---@param config lofi.Config.Daemon
---@return lofi.Program?
function M.find(config)
  if config.cmd then
    return { cmd = expanded(config.cmd) }
  end
  local place = require("lofi.install.place")
  local program = place.executable() or executable(vim.fn.exepath("lofi-daemon"))
  if program then
    return { cmd = { program } }
  end
  local script = executable(place.plugin .. "/scripts/lofi-daemon")
  return script and { cmd = { script }, slow = true } or nil
end

local LEVELS = { debug = "debug", warn = "warning", error = "error", off = "error" }

---Variables that carry the settings to the daemon. What is left to it is not among them.
---@param config lofi.Config
---@return table<string, string>
function M.environment(config)
  local threads, idle = config.threads, config.daemon.idle_timeout
  local env = {
    LOFI_BACKEND = config.backend ~= "auto" and config.backend or nil,
    LOFI_DEVICE = config.device ~= "auto" and config.device or nil,
    LOFI_THREADS = threads and ("%d"):format(threads) or nil,
    LOFI_IDLE_TIMEOUT_SEC = idle and ("%d"):format(idle) or nil,
    LOFI_LOG_LEVEL = LEVELS[config.log.level],
  }
  return vim.tbl_extend("force", env, config.daemon.env)
end

---@class lofi.Process
---@field pid integer
---@field ended boolean
---@field leaving boolean whether it was told to end
---@field private system vim.SystemObj
local Process = {}
Process.__index = Process

---@param line string
function Process:write(line)
  -- It may have died a moment ago; its exit answers whoever waits.
  pcall(self.system.write, self.system, line)
end

---Lets it end by itself: its input is over.
function Process:leave()
  self.leaving = true
  pcall(self.system.write, self.system, nil)
end

---@param signal "sigterm"|"sigkill"
function Process:kill(signal)
  if not self.ended then
    pcall(self.system.kill, self.system, signal)
  end
end

---@class lofi.process.Ways all of them are called in fast events
---@field out fun(chunk: string)
---@field err fun(chunk?: string)
---@field ended fun(process: lofi.Process, code: integer, signal: integer)

---@param cmd string[]
---@param env table<string, string>
---@param ways lofi.process.Ways
---@return lofi.Process?
---@return string? why it could not be started
function M.spawn(cmd, env, ways)
  local self = setmetatable({ ended = false, leaving = false }, Process)
  local ok, system = pcall(vim.system, cmd, {
    stdin = true,
    text = false,
    env = env,
    cwd = vim.uv.os_homedir(), -- the folder Neovim is in may go away
    stdout = function(_, chunk)
      if chunk then
        ways.out(chunk)
      end
    end,
    stderr = function(_, chunk)
      ways.err(chunk)
    end,
  }, function(result)
    self.ended = true
    ways.ended(self, result.code, result.signal)
  end)
  if not ok then
    return nil, (tostring(system):gsub("^.-:%d+: ", ""))
  end
  self.system, self.pid = system, system.pid
  return self
end

return M
