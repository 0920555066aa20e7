-- Neovim runs Lua 5.1 as LuaJIT and adds one global, whose option tables are there to be written.
std = "luajit"
local open = { read_only = false, other_fields = true }
local fields = {}
for name in ("b bo env g go o opt opt_global opt_local w wo"):gmatch("%S+") do
  fields[name] = open
end
read_globals = { vim = { other_fields = true, fields = fields } }
max_line_length = 100
exclude_files = { ".cache", ".venv*", "node_modules" }
