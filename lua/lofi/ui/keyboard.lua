--- The studio's keys under the fingers: each key of both windows with what it does.
local keys = require("lofi.ui.keys")

local M = {}

---@generic T
---@param list (T|string)[]
---@return table<string, T>
local function by_name(list)
  local found = {}
  for _, each in ipairs(list) do
    if type(each) == "table" then
      found[each.name] = each
    end
  end
  return found
end

---A key of the list was pressed: what the one before asked or answered is settled.
---@param studio lofi.ui.Studio
---@param what string|function
---@param actions table<string, lofi.ui.Action>
local function press(studio, what, actions)
  if what ~= "remove" then
    studio.armed = nil
  end
  studio.notice = nil
  local row = studio.desk:row() or { kind = "none", lines = {} }
  if type(what) == "function" then
    what(row)
  else
    actions[what].run(studio.desk, row)
  end
  studio:redraw()
end

---@param studio lofi.ui.Studio
function M.attach(studio)
  local actions = by_name(require("lofi.ui.actions").list)
  local typing = by_name(require("lofi.ui.typing").list)
  local unknown = keys.attach(studio.list.buf, studio.keys, actions, function(what)
    press(studio, what, actions)
  end)
  local others = keys.attach(studio.prompt.buf, studio.prompt_keys, typing, function(what)
    if type(what) == "function" then
      what(studio.prompt:text())
    else
      typing[what].run(studio.desk)
    end
  end)
  vim.list_extend(unknown, others)
  if #unknown > 0 then
    local message = "there is no action " .. table.concat(unknown, ", ")
    studio:note(message, ":help lofi-keys lists them", "LofiWarning")
  end
end

return M
