---`:checkhealth lofi`: what is there, what is missing, and the command that brings it. The only
---place that waits for programs and for the daemon, each time for a few seconds at most.
local health = vim.health
local clean = require("lofi.text").clean

local M = {}

---Milliseconds to wait for one answer.
M.PATIENCE = 8000

---@param ask fun(done: fun(...: any))
---@return boolean answered, any first, any second
local function awaited(ask)
  local answer
  ask(function(...)
    answer = { ... }
  end)
  vim.wait(M.PATIENCE, function()
    return answer ~= nil
  end, 10)
  if not answer then
    return false
  end
  return true, answer[1], answer[2]
end

---@param command string[]
---@param ... string further arguments
---@return string? output of the program; nil if it fails or takes too long
---@return string? complaint
local function output(command, ...)
  local whole = vim.list_extend(vim.list_slice(command), { ... })
  local begun, process = pcall(vim.system, whole, { text = true, timeout = M.PATIENCE })
  if not begun then
    return nil, (tostring(process):gsub("^.-:%d+: ", ""))
  end
  local result = process:wait()
  local text = vim.trim(result.stdout or "")
  if result.code ~= 0 or text == "" then
    local complaint = vim.trim(result.stderr or "")
    return nil, complaint ~= "" and complaint or ("it ended with code %d"):format(result.code)
  end
  return text
end

---@param method string
---@return table? result
---@return lofi.Error? err
local function asked(method)
  local answered, err, result = awaited(function(done)
    require("lofi.daemon").request(method, nil, done)
  end)
  if not answered then
    local message = ("no answer to %s within %d seconds"):format(method, M.PATIENCE / 1000)
    return nil, require("lofi.errors").new("DAEMON_TIMEOUT", message)
  end
  return result, err
end

---@param err lofi.Error
---@param what string
local function complain(err, what)
  health.error(clean(what .. ": " .. err.message), { clean(err.hint or ":Lofi log says more") })
end

local function editor()
  health.start("lofi: the plugin")
  if vim.fn.has("nvim-0.10") == 1 then
    health.ok("Neovim " .. tostring(vim.version()))
  else
    health.error("Neovim is too old", { "install Neovim 0.10 or newer" })
  end
  local place = require("lofi.install.place")
  health.ok(("lofi %s in %s"):format(require("lofi.version"), place.plugin))
  local problems = require("lofi.config").problems()
  for _, problem in ipairs(problems) do
    health.error(problem, { ":help lofi-config lists the settings" })
  end
  if #problems == 0 then
    health.ok("the configuration is valid")
  end
end

local function logfile()
  local log = require("lofi.log")
  local problem = log.problem()
  if problem then
    local folder = vim.fs.dirname(log.path())
    health.warn(("the log %s cannot be written: %s"):format(log.path(), problem), {
      ("see who owns it: :!ls -ld %s"):format(folder),
    })
  else
    health.info(("log: %s (:Lofi log)"):format(log.path()))
  end
end

---@param command string[]
---@return boolean usable
local function right_version(command)
  local said, complaint = output(command, "--version")
  local version = said and said:match("(%d+%.%d+%S*)$")
  local wanted = require("lofi.version")
  if not version then
    health.error(("%s does not run: %s"):format(command[1], complaint or said), {
      "run :Lofi install",
    })
  elseif version ~= wanted then
    health.error(("the daemon is %s, the plugin is %s"):format(version, wanted), {
      "run :Lofi install, then :Lofi restart",
    })
  else
    health.ok("its version is the plugin's: " .. version)
  end
  return version ~= nil
end

---@return string[]? command of the daemon if it can be spoken to
local function daemon()
  health.start("lofi: the daemon")
  local program = require("lofi.process").find(require("lofi.config").get().daemon)
  if not program or program.slow then
    health.error("the daemon is not installed", {
      "run :Lofi install",
      "or name the program: vim.g.lofi = { daemon = { cmd = { 'lofi-daemon' } } }",
    })
    return nil
  end
  health.ok(table.concat(program.cmd, " "))
  if not right_version(program.cmd) then
    return nil
  end
  local pong, err = asked("ping")
  if not pong then
    complain(err --[[@as lofi.Error]], "it does not answer")
    return nil
  end
  health.ok("it answers")
  return program.cmd
end

---@param value any
---@return table[] # the tables in it, whatever came in
local function list(value)
  return vim.tbl_filter(function(each)
    return type(each) == "table"
  end, type(value) == "table" and vim.islist(value) and value or {})
end

---@param entry table as `lofi-daemon models --json` lists it
local function model(entry)
  local name, state = clean(entry.name), clean(entry.state)
  if state == "installed" then
    local size = ("%.2f GB"):format((tonumber(entry.size_bytes) or 0) / 1e9)
    health.ok(("%s: %s in %s"):format(name, size, clean(entry.path)))
  elseif state ~= "absent" then
    health.warn(("%s is %s"):format(name, state), {
      (":Lofi download %s goes on with it"):format(clean(entry.backend)),
    })
  end
end

---@param entry table as `get_backends` lists it
local function backend(entry)
  local name, kind = clean(entry.name), clean(entry.type)
  if entry.status == "ready" then
    health.ok(("%s (%s)"):format(name, clean(entry.model_version or kind)))
  else
    local status = clean(entry.status):gsub("_", " ")
    health.info(("%s: %s; :Lofi download %s brings its model"):format(name, status, kind))
  end
end

---@param command string[]
local function models(command)
  health.start("lofi: what makes the music")
  local result, err = asked("get_backends")
  if not result then
    return complain(err --[[@as lofi.Error]], "backends")
  end
  vim.tbl_map(backend, list(result.backends))
  health.info("used unless told otherwise: " .. clean(result.default_backend))
  local listing = output(command, "models", "--json")
  local fine, decoded = pcall(vim.json.decode, listing or "")
  vim.tbl_map(model, list(fine and type(decoded) == "table" and decoded.models))
end

---@param playback table as `playback_status` answers
local function speaker(playback)
  if type(playback.problem) == "table" then
    health.warn(clean(playback.problem.message), { clean(playback.problem.recovery) })
  elseif playback.output == "none" then
    health.warn("nothing plays here: tracks are made and kept", {
      ":Lofi export copies one, :help lofi-no-sound says more",
    })
  else
    local device = clean(playback.device or "the system's output")
    health.ok(("%s, on %s"):format(clean(playback.output), device))
  end
  if playback.muted or playback.volume == 0 then
    local why = playback.muted and "the sound is muted" or "the volume is 0"
    local what = playback.muted and ":Lofi mute" or ":Lofi volume 50"
    health.warn(why, { what .. " makes it audible" })
  end
end

---@param reachable boolean
local function sound(reachable)
  health.start("lofi: sound")
  if reachable then
    local result, err = asked("playback_status")
    if result then
      speaker(result)
    else
      complain(err --[[@as lofi.Error]], "playing")
    end
  else
    health.info("nobody to ask: there is no daemon")
  end
  if vim.env.SSH_CONNECTION then
    health.warn("this is an SSH session: the sound comes out of the machine Neovim runs on", {
      ":help lofi-ssh says how it comes out of yours",
    })
  end
end

---@param name string
---@param file string
---@param what string
local function plugin(name, file, what)
  local found = #vim.api.nvim_get_runtime_file(file, false) > 0
  health.info(("%s is %s; with it, %s"):format(name, found and "there" or "not there", what))
end

local function around()
  health.start("lofi: what it works with (all optional)")
  if vim.fn.has("nvim-0.12") == 0 then
    plugin("fidget", "lua/fidget/init.lua", "progress is shown in a corner")
  end
  plugin("lualine", "lua/lualine.lua", "a component 'lofi' shows what plays and what is made")
  plugin("telescope", "lua/telescope/init.lua", ":Telescope lofi lists tracks and prompts")
  local uv = vim.fn.exepath("uv")
  local with = uv ~= "" and uv or "python3 with its venv, as there is no uv"
  health.info(":Lofi install uses " .. with)
end

---What `:checkhealth lofi` calls.
function M.check()
  editor()
  logfile()
  local command = daemon()
  if command then
    models(command)
  end
  sound(command ~= nil)
  around()
end

return M
