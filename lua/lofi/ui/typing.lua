--- What the keys of the prompt line do: a name, a line of help, modes and a function each.
local prompt = require("lofi.ui.prompt")

local M = {}

---@class lofi.ui.Typing: lofi.ui.Action
---@field modes string[]
---@field run fun(desk: lofi.ui.Desk)

---@type lofi.ui.Typing[]
M.list = {}

---@param name string
---@param modes string[]
---@param help string
---@param run fun(desk: lofi.ui.Desk)
local function action(name, modes, help, run)
  M.list[#M.list + 1] = { name = name, modes = modes, help = help, run = run }
end

local BOTH, INSERT, NORMAL = { "i", "n" }, { "i" }, { "n" }

action("submit", BOTH, "have it made; with ! before it: before all others", function(desk)
  if not prompt.accept() then
    desk:submit(false)
  end
end)

action("submit_first", BOTH, "have it made before all others", function(desk)
  desk:submit(true)
end)

action("older", BOTH, "the prompt before", function(desk)
  if not prompt.choose(-1) then
    desk.studio.prompt:recall(-1)
  end
end)

action("newer", BOTH, "the prompt after", function(desk)
  if not prompt.choose(1) then
    desk.studio.prompt:recall(1)
  end
end)

action(
  "complete",
  BOTH,
  "complete a style or an option; in Normal mode: to the list",
  function(desk)
    if vim.api.nvim_get_mode().mode:sub(1, 1) ~= "i" then
      desk:switch()
    elseif not prompt.choose(1) then
      desk.studio.prompt:complete()
    end
  end
)

action("complete_back", INSERT, "the completion before", function()
  prompt.choose(-1)
end)

action("list", NORMAL, "to the list", function(desk)
  desk:switch()
end)

action("help", NORMAL, "these keys", function(desk)
  desk:help()
end)

action("close", NORMAL, "close the studio", function(desk)
  desk:close()
end)

return M
