-- Neovim runs Lua 5.1 as LuaJIT and adds one global, whose option tables are there to be written.
std = "luajit"
local open = { read_only = false, other_fields = true }
read_globals = {
  vim = {
    other_fields = true,
    fields = { g = open, b = open, w = open, bo = open, wo = open, o = open, go = open, env = open },
  },
}
max_line_length = 100
exclude_files = { ".cache", ".venv*", "node_modules" }
