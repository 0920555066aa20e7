---Where the plugin lies, where its private Python environments lie, and which one is in use.
---
---    stdpath("data")/lofi/venv                    a link to the environment in use
---    stdpath("data")/lofi/venv-VERSION-DATE       environments, each with a record in lofi.json
---    stdpath("data")/lofi/installing              the process that is making one
---
---An environment cannot be moved once it is made (its programs hold its path), so each gets a name
---of its own, and only the link is replaced.
local uv = vim.uv

local M = {}

local RECORD = "lofi.json"
local PROGRAM = "/bin/lofi-daemon"

---@class lofi.install.Record
---@field version string of the Python package
---@field extras string[]

---@class (exact) lofi.install.Environment
---@field folder string
---@field version string
---@field extras string[]

local source = debug.getinfo(1, "S").source:sub(2)

---The plugin's own folder: the checkout, or the part of a wheel that holds it.
M.plugin = vim.fs.normalize(vim.fn.fnamemodify(source, ":p:h:h:h:h"))

---@return string # the folder of everything installed here
function M.root()
  return vim.fs.joinpath(vim.fs.normalize(vim.fn.stdpath("data") --[[@as string]]), "lofi")
end

---@return string
function M.link()
  return vim.fs.joinpath(M.root(), "venv")
end

---@param folder string
---@return lofi.install.Environment? # nil if it was never finished
local function finished(folder)
  local file = io.open(vim.fs.joinpath(folder, RECORD))
  if not file then
    return nil
  end
  local ok, record = pcall(vim.json.decode, file:read("*a"))
  file:close()
  if not ok or type(record) ~= "table" or type(record.version) ~= "string" then
    return nil
  end
  return { folder = folder, version = record.version, extras = record.extras or {} }
end

---@return lofi.install.Environment? # the environment in use; nil if nothing is installed
function M.current()
  local folder = uv.fs_realpath(M.link())
  return folder and finished(folder)
end

---@param path string
---@return string? # the path if a program is there
local function program(path)
  return vim.fn.executable(path) == 1 and path or nil
end

---The daemon that belongs to this plugin: of the wheel it came in, the installed one, or that of
---the checkout it is (`scripts/setup` made it).
---@return string?
function M.executable()
  local wheel = M.plugin:match("^(.*)/lib%d*/[^/]+/%a+%-packages/lofi/nvim$")
  return wheel and program(wheel .. PROGRAM)
    or program(M.link() .. PROGRAM)
    or program(M.plugin .. "/.venv" .. PROGRAM)
end

---@param version string
---@return string # a folder that is not there yet
function M.fresh(version)
  local stem = ("venv-%s-%s"):format(version, os.date("%Y%m%dT%H%M%S"))
  local folder, count = vim.fs.joinpath(M.root(), stem), 1
  while uv.fs_stat(folder) do
    count = count + 1
    folder = vim.fs.joinpath(M.root(), stem .. "-" .. count)
  end
  return folder
end

---@param path string
---@param text string
local function put(path, text)
  local file = assert(io.open(path, "w"))
  assert(file:write(text))
  assert(file:close())
end

---Put an environment in use. Whoever looks meanwhile sees the old one or the new one.
---@param folder string
---@param record lofi.install.Record
---@return string? before the folder that was in use
function M.use(folder, record)
  put(vim.fs.joinpath(folder, RECORD), vim.json.encode(record))
  local before = uv.fs_realpath(M.link())
  local passing = ("%s.%d"):format(M.link(), uv.os_getpid())
  uv.fs_unlink(passing)
  assert(uv.fs_symlink(vim.fs.basename(folder), passing))
  assert(uv.fs_rename(passing, M.link()))
  return before
end

---Environments that nothing needs: not in use, and none of `kept`.
---@param kept string[]
---@return string[]
function M.superfluous(kept)
  local found = {}
  local names = { [vim.fs.basename(uv.fs_realpath(M.link()) or "")] = true }
  for _, folder in ipairs(kept) do
    names[vim.fs.basename(folder)] = true
  end
  for name, kind in vim.fs.dir(M.root()) do
    if kind == "directory" and name:find("^venv%-") and not names[name] then
      table.insert(found, vim.fs.joinpath(M.root(), name))
    end
  end
  return found
end

---@return string[] # what an installation that was cut off has left behind
function M.unfinished()
  return vim.tbl_filter(function(folder)
    return finished(folder) == nil
  end, M.superfluous({}))
end

---Keep other Neovims from installing at the same time.
---@return integer? owner process that is installing already; nil if the place is now ours
function M.claim()
  vim.fn.mkdir(M.root(), "p", 448) -- 0700
  local own = uv.os_getpid()
  local draft = ("%s.%d"):format(M.claimed(), own)
  put(draft, tostring(own))
  local owner = nil
  while not uv.fs_link(draft, M.claimed()) do
    local file = io.open(M.claimed())
    owner = file and tonumber((file:read("*a")))
    if file then
      file:close()
    end
    if owner and owner ~= own and uv.kill(owner, 0) == 0 then
      break
    end
    owner = nil
    assert(uv.fs_unlink(M.claimed()))
  end
  uv.fs_unlink(draft)
  return owner
end

---@return string # the file that names who is installing
function M.claimed()
  return vim.fs.joinpath(M.root(), "installing")
end

---The end of `claim`.
function M.release()
  uv.fs_unlink(M.claimed())
end

return M
