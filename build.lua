-- Installs the daemon: run by lazy.nvim after it installed or updated the plugin, and by a hook
-- for vim.pack (:help lofi-install). Where it may, it waits and yields its progress.
if vim.fn.has("nvim-0.10") == 0 then
  error("lofi needs Neovim 0.10 or newer", 0)
end
local root = vim.fs.dirname(vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p"))

-- The code that was just brought, whatever this session has loaded of an older one.
for name in pairs(package.loaded) do
  if name == "lofi.version" or vim.startswith(name, "lofi.install") then
    package.loaded[name] = nil
  end
end
if not pcall(require, "lofi.install") then
  vim.opt.runtimepath:prepend(root)
end
local install = require("lofi.install")
local text = require("lofi.errors").text

local thread = coroutine.running()
if not thread or (coroutine.isyieldable and not coroutine.isyieldable()) then
  install.command({ "again" })
  return
end

local lines, outcome = {}, nil
local function collect(line)
  table.insert(lines, line)
end
install.start({ on_line = collect }, function(err)
  outcome = { err = err }
end)
while not outcome or #lines > 0 do
  local line = table.remove(lines, 1)
  coroutine.yield(line and { msg = line, level = vim.log.levels.TRACE } or nil)
end
if outcome.err then
  error(text(outcome.err), 0)
end
