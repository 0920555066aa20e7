--- What the user is told, through `vim.notify`. Knows how, not what.
local M = {}

local LEVELS = vim.log.levels

---Whether `vim.notify` is Neovim's own, which writes into the message line.
---@return boolean
function M.is_plain()
  return debug.getinfo(vim.notify, "S").source:find("^@vim/_") ~= nil
end

---@param text string
---@param level integer
local function show(text, level)
  vim.notify("lofi: " .. text, level, { title = "Lofi" })
end

---Something that happened while the user did something else. In the message line it is cut to
---one line, because a longer one stops Neovim until a key is pressed; the log has it whole.
---@param text string
---@param level? "info"|"warn"|"error"
function M.aside(text, level)
  level = level or "info"
  require("lofi.log")[level]("%s", text)
  vim.schedule(function()
    local shown = text
    if M.is_plain() then
      local clean = require("lofi.text")
      shown = clean.fit(clean.clean(text), math.max(20, vim.o.columns - 15 - #"lofi: "))
    end
    show(shown, LEVELS[level:upper()])
  end)
end

---The answer to what the user has just asked for.
---@param text string
function M.say(text)
  show(text, LEVELS.INFO)
end

---@param err lofi.Error
function M.failed(err)
  show(require("lofi.errors").text(err), LEVELS.ERROR)
end

return M
