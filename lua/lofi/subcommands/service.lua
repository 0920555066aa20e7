--- The studio, and what keeps all of it going.
local answers = require("lofi.subcommands.answers")

local lofi = require("lofi")
local told = answers.told

---@type table<string, lofi.Subcommand>
local M = {}

M.studio = {
  desc = "everything in one window",
  impl = function()
    lofi.studio()
  end,
}

M.log = {
  desc = "the log of the plugin and the daemon",
  impl = function()
    require("lofi.log").open()
  end,
}

M.health = {
  desc = "whether all is well: :checkhealth lofi",
  impl = function()
    vim.cmd.checkhealth("lofi")
  end,
}

M.install = {
  desc = "install the daemon, or bring it up to date",
  usage = "[again|cancel|none|extra ...]",
  complete = function(_, lead)
    return require("lofi.install").complete(lead)
  end,
  impl = function(call)
    require("lofi.install").command(vim.split(call.rest, "%s+", { trimempty = true }))
  end,
}

M.restart = {
  desc = "end the daemon and start a new one",
  impl = function()
    lofi.restart(told("the daemon was started again"))
  end,
}

M.shutdown = {
  desc = "end the daemon; what waits is given up",
  impl = function()
    lofi.shutdown(told("the daemon has ended"))
  end,
}

return M
