---Installing the daemon: the Python package in the plugin's own folder, into a private environment
---that is put in use when it is whole. What was there works on until then, and after a failure.
local errors = require("lofi.errors")
local log = require("lofi.log")
local place = require("lofi.install.place")
local tools = require("lofi.install.tools")

local M = {}

---What can be installed beyond the daemon.
---@type table<string, string>
M.extras = {
  optimize = "makes MusicGen several times as fast on this processor",
}

local STEPS = 4

---@class lofi.install.Opts
---@field extras? string[] by default those of the environment in use
---@field on_line? fun(line: string) gets what the programs write
---@field on_step? fun(step: string, percent: integer)

---@class lofi.install.Result
---@field version string
---@field extras string[]
---@field folder string

---One installation, from its beginning to its end.
---@class lofi.Install
---@field extras string[]
---@field folder string where the new environment will be
---@field done boolean
---@field err? lofi.Error
---@field package opts lofi.install.Opts
---@field package on_done fun(err?: lofi.Error, result?: lofi.install.Result)
---@field package thread thread
---@field package process? vim.SystemObj the program at work
---@field package cancelled boolean
---@field package last_line string
local Install = {}
Install.__index = Install

---@type lofi.Install?
local running

---@param message string
---@param hint? string
---@return lofi.Error
local function failure(message, hint)
  return errors.new("INSTALL_FAILED", message, hint or ":Lofi log has the whole story")
end

---@param line string
function Install:tell(line)
  log.info("install: %s", line)
  if line:find("%S") then
    self.last_line = line
  end
  if self.opts.on_line then
    self.opts.on_line(line)
  end
end

---@return fun(err?: string, chunk?: string) # to be given to a program as its output
function Install:listener()
  local rest = ""
  return vim.schedule_wrap(function(_, chunk)
    local lines = vim.split(rest .. (chunk or ""):gsub("\r\n?", "\n"), "\n", { plain = true })
    rest = table.remove(lines)
    if not chunk and rest ~= "" then
      table.insert(lines, rest)
    end
    for _, line in ipairs(lines) do
      self:tell(line)
    end
  end)
end

---@private
function Install:heed()
  if self.cancelled then
    error(
      errors.new("INSTALL_CANCELLED", "the installation was cancelled", "nothing has changed"),
      0
    )
  end
end

---@async
---@param command string[]
---@return integer code
function Install:run(command)
  self:heed()
  self:tell("$ " .. table.concat(command, " "))
  local begun, process = pcall(
    vim.system,
    command,
    {
      cwd = place.root(),
      detach = true, -- a group of its own, so that cancelling reaches what it starts
      env = tools.ENVIRONMENT,
      stdout = self:listener(),
      stderr = self:listener(),
    },
    vim.schedule_wrap(function(result)
      self:resume(result.code)
    end)
  )
  if not begun then
    local why = tostring(process):gsub("^.-:%d+: ", "")
    error(failure(("%s cannot be started: %s"):format(command[1], why)), 0)
  end
  self.process = process
  local code = coroutine.yield()
  self.process = nil
  self:heed()
  return code
end

---@async
---@param command string[]
---@param hint? string what to do if it fails
function Install:must(command, hint)
  local code = self:run(command)
  if code ~= 0 then
    local name = vim.fs.basename(command[1])
    local message = ("%s ended with code %d: %s"):format(name, code, self.last_line)
    error(failure("installing failed: " .. message, hint), 0)
  end
end

---@param number integer
---@param title string
function Install:step(number, title)
  self:tell(("[%d/%d] %s"):format(number, STEPS, title))
  if self.opts.on_step then
    self.opts.on_step(title, math.floor((number - 1) * 100 / STEPS))
  end
end

---@async
---@param folders string[]
function Install:remove(folders)
  if #folders > 0 then
    self:must(vim.list_extend({ "rm", "-rf", "--" }, folders))
  end
end

---@async
---@param version string of the plugin
function Install:check(version)
  self:must({ self.folder .. "/bin/lofi-daemon", "--version" })
  local found = self.last_line:match("(%d+%.%S+)$")
  if found ~= version then
    error(failure(("the daemon says it is %s, the plugin is %s"):format(found, version)), 0)
  end
end

---@async
---@return lofi.install.Tools
function Install:tools()
  local found = tools.find(self.folder, function(command)
    return self:run(command) == 0
  end)
  local hint = "install uv, or Python with its venv, and try again"
  return found or error(failure("there is neither uv nor Python 3.11 or newer", hint), 0)
end

---@async
---@return lofi.install.Result
function Install:work()
  local version = require("lofi.version")
  local source = place.plugin
  self:remove(place.unfinished())
  local tool = self:tools()
  self:step(1, "making a Python environment with " .. tool.name)
  self:must(tool.environment, "on Debian and Ubuntu, apt-get install python3-venv is needed")
  self:step(2, "installing the libraries")
  self:must(tool.install("--require-hashes", "-r", source .. "/requirements.lock"))
  self:step(3, "installing lofi " .. version)
  if #self.extras > 0 then
    self:must(tool.install(("%s[%s]"):format(source, table.concat(self.extras, ","))))
  else
    self:must(tool.install("--no-deps", source))
  end
  self:step(4, "checking")
  self:check(version)
  local before = place.use(self.folder, { version = version, extras = self.extras })
  -- a daemon may be running out of the one before
  self:remove(place.superfluous({ self.folder, before }))
  return { version = version, extras = self.extras, folder = self.folder }
end

---@param err? lofi.Error|string
---@param result? lofi.install.Result
function Install:finish(err, result)
  if type(err) == "string" then
    err = failure("installing failed: " .. err)
  end
  if err then
    pcall(vim.system, { "rm", "-rf", "--", self.folder }) -- else the next one removes it
    self:tell(errors.text(err))
  end
  running = nil
  place.release()
  self.done, self.err = true, err
  self.on_done(err, result)
end

---Goes on with the work, which ends, fails or waits for the next program.
function Install:resume(...)
  local fine, what = coroutine.resume(self.thread, ...)
  if not fine then
    self:finish(what)
  elseif coroutine.status(self.thread) == "dead" then
    self:finish(nil, what)
  end
end

---Gives it up. What is in use stays as it is; the callback gets INSTALL_CANCELLED.
function Install:cancel()
  self.cancelled = true
  if self.process then
    vim.uv.kill(-self.process.pid, "sigterm")
  end
end

---Waits for the end, for scripts: `nvim --headless` would leave before. Neovim works meanwhile.
---@param ms? integer by default an hour
---@return boolean done
function Install:wait(ms)
  vim.wait(ms or 3600000, function()
    return self.done
  end, 20)
  return self.done
end

---@param extras string[]
---@return lofi.Error? # why nothing can be installed now
local function obstacle(extras)
  for _, extra in ipairs(extras) do
    if not M.extras[extra] then
      local known = table.concat(vim.tbl_keys(M.extras), ", ")
      return failure(("there is no extra %q"):format(extra), "extras: " .. known)
    end
  end
  if not vim.uv.fs_stat(place.plugin .. "/pyproject.toml") then
    local hint = "pip install --upgrade 'lofi[optimize]' where you installed it"
    return failure("this plugin came with its Python package: there is nothing to install", hint)
  end
  if running then
    return failure("an installation is running already", ":Lofi install cancel ends it")
  end
  local fine, owner = pcall(place.claim)
  if not fine then
    local why = tostring(owner):gsub("^.-:%d+: ", "")
    return failure(("%s cannot be written: %s"):format(place.root(), why), "see who owns it")
  elseif owner then
    local hint = ("wait for it, or remove %s"):format(place.claimed())
    return failure(("process %d is installing already"):format(owner), hint)
  end
end

---The editor leaves: so does the installation.
local function abandon()
  if running then
    running:cancel()
    place.release()
  end
end

---Begin to install.
---@param opts? lofi.install.Opts
---@param on_done? fun(err?: lofi.Error, result?: lofi.install.Result) called once, after this
---@return lofi.Install? # nil if it cannot begin, as `on_done` will hear
function M.start(opts, on_done)
  opts, on_done = opts or {}, on_done or function() end
  local current = place.current()
  local extras = opts.extras or (current and current.extras) or {}
  local err = obstacle(extras)
  if err then
    vim.schedule(function()
      on_done(err)
    end)
    return nil
  end
  local install = setmetatable({
    extras = extras,
    folder = place.fresh(require("lofi.version")),
    done = false,
    opts = opts,
    on_done = on_done,
    cancelled = false,
    last_line = "",
  }, Install)
  running = install
  install.thread = coroutine.create(function()
    return install:work()
  end)
  vim.schedule(function()
    install:resume()
  end)
  vim.api.nvim_create_autocmd("VimLeavePre", {
    group = vim.api.nvim_create_augroup("lofi.install", {}),
    callback = abandon,
  })
  return install
end

---@return lofi.Install? # the one that is under way
function M.running()
  return running
end

---The daemon that belongs to this plugin, if there is one; see `lofi.install.place`.
---@return string?
function M.executable()
  return place.executable()
end

---@return lofi.install.Environment? # what is installed
function M.current()
  return place.current()
end

---`:Lofi install [again | cancel | none | EXTRA ...]`.
---@param words string[]
function M.command(words)
  require("lofi.install.view").command(words)
end

---@param lead string
---@return string[] # words that `:Lofi install` takes
function M.complete(lead)
  local words = vim.list_extend({ "again", "cancel", "none" }, vim.tbl_keys(M.extras))
  table.sort(words)
  return vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, words)
end

return M
