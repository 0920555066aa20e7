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
  local threads, idle, player = config.threads, config.daemon.idle_timeout, config.player
  local env = {
    LOFI_BACKEND = config.backend ~= "auto" and config.backend or nil,
    LOFI_DEVICE = config.device ~= "auto" and config.device or nil,
    LOFI_THREADS = threads and ("%d"):format(threads) or nil,
    LOFI_IDLE_TIMEOUT_SEC = idle and ("%d"):format(idle) or nil,
    LOFI_LOG_LEVEL = LEVELS[config.log.level],
    LOFI_AUDIO_OUTPUT = player.backend ~= "auto" and player.backend or nil,
    LOFI_AUDIO_DEVICE = player.device,
    LOFI_CROSSFADE_SEC = player.crossfade and ("%g"):format(player.crossfade) or nil,
    LOFI_AUTOPLAY = tostring(player.autoplay),
  }
  return vim.tbl_extend("force", env, config.daemon.env)
end

---@class lofi.Process
---@field pid integer
---@field ended boolean
---@field leaving boolean whether it was told to end
---@field private handle uv.uv_process_t
---@field private input uv.uv_pipe_t
local Process = {}
Process.__index = Process

---@param handle uv.uv_handle_t
local function close(handle)
  if not handle:is_closing() then
    handle:close()
  end
end

---@param line string
function Process:write(line)
  -- It may have died a moment ago; its exit answers whoever waits.
  if not self.input:is_closing() then
    pcall(self.input.write, self.input, line)
  end
end

---Lets it end by itself: its input is over.
function Process:leave()
  self.leaving = true
  if self.input:is_closing() then
    return
  end
  local ok = pcall(self.input.shutdown, self.input, function()
    close(self.input)
  end)
  if not ok then -- it is over already
    close(self.input)
  end
end

---@param signal "sigterm"|"sigkill"
function Process:kill(signal)
  if not self.handle:is_closing() then
    self.handle:kill(signal)
  end
end

---@class lofi.process.Ways all of them are called in fast events
---@field out fun(chunk: string)
---@field err fun(chunk?: string)
---@field ended fun(process: lofi.Process, code: integer, signal: integer)

---Reads until the stream ends.
---@param pipe uv.uv_pipe_t
---@param on_chunk fun(chunk?: string)
---@param on_end fun()
local function read(pipe, on_chunk, on_end)
  pipe:read_start(function(_, chunk)
    on_chunk(chunk)
    if not chunk then
      close(pipe)
      on_end()
    end
  end)
end

---@param env table<string, string>
---@return string[] # Neovim's own variables and these
local function variables(env)
  local all = vim.tbl_extend("force", vim.fn.environ(), env)
  all.NVIM_LISTEN_ADDRESS = nil
  local list = {}
  for name, value in pairs(all) do
    list[#list + 1] = name .. "=" .. value
  end
  return list
end

---What is said of the end once all it said before is read: a child of its own may keep the streams
---open longer than it lives, but not for longer than this, in milliseconds.
local LAST_WORDS = 300

---`vim.system` would do, but that of 0.10 throws away what was not read when the process ended, and
---that of 0.12 waits for all who hold the streams.
---@param cmd string[]
---@param env table<string, string>
---@param ways lofi.process.Ways
---@return lofi.Process?
---@return string? why it could not be started
function M.spawn(cmd, env, ways)
  local uv = vim.uv
  local input, out, err = uv.new_pipe(), uv.new_pipe(), uv.new_pipe()
  local self = setmetatable({ ended = false, leaving = false, input = input }, Process)
  local open, exit = 2, nil ---@type integer, { code: integer, signal: integer }?

  local function tell()
    if exit and open == 0 and not self.ended then
      self.ended = true
      ways.ended(self, exit.code, exit.signal)
    end
  end
  local function stream_ended()
    open = open - 1
    tell()
  end

  local handle, pid = uv.spawn(cmd[1], {
    args = vim.list_slice(cmd, 2),
    env = variables(env),
    stdio = { input, out, err },
    cwd = uv.os_homedir(), -- the folder Neovim is in may go away
  }, function(code, signal)
    exit = { code = code, signal = signal }
    close(self.handle)
    close(input)
    local timer = assert(uv.new_timer())
    timer:start(LAST_WORDS, 0, function()
      close(timer)
      close(out)
      close(err)
      open = 0
      tell()
    end)
    tell()
  end)
  if not handle then
    for _, pipe in ipairs({ input, out, err }) do
      close(pipe)
    end
    return nil, pid --[[@as string]]
  end
  self.handle, self.pid = handle, pid --[[@as integer]]
  read(out, function(chunk)
    if chunk then
      ways.out(chunk)
    end
  end, stream_ended)
  read(err, ways.err, stream_ended)
  return self
end

return M
