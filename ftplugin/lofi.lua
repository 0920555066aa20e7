-- The studio's list. A file after/ftplugin/lofi.lua of one's own has the last word, on keys too.
local set = vim.opt_local

set.wrap = false
set.number = false
set.relativenumber = false
set.signcolumn = "no"
set.foldcolumn = "0"
set.foldenable = false
set.list = false
set.spell = false
set.cursorline = true
set.cursorcolumn = false
set.colorcolumn = ""
set.scrolloff = 2
set.sidescrolloff = 0
set.fillchars:append({ eob = " " })
