--- What the user is told, through `vim.notify`. Knows how, not what.
local M = {}

local LEVELS = vim.log.levels

---Whether `vim.notify` is Neovim's own, which writes into the message line.
---@return boolean
function M.is_plain()
  local source = debug.getinfo(vim.notify, "S").source
  return source:find("^@vim/_") ~= nil or source == "?" -- from 0.12 on it does not say where from
end

---@param text string
---@param level integer
local function show(text, level)
  vim.notify("lofi: " .. text, level, { title = "Lofi" })
end

---How many cells a message may take before Neovim stops and asks for a key.
---@return integer # 0 where every message does that
function M.room()
  return vim.o.cmdheight > 0 and vim.v.echospace or 0
end

---Without this, a message that follows another one in the same breath would be put below it, and
---Neovim would ask for a key as well.
function M.clear_line()
  if not vim.in_fast_event() then
    vim.cmd.redraw()
  end
end

---@param text string
---@param before string what stands before it
---@return string # as much as there is room for
function M.fit(text, before)
  local clean = require("lofi.text")
  return clean.fit(clean.clean(text), M.room() - vim.fn.strdisplaywidth(before))
end

---Something that happened while the user did something else. The message line gets as much as
---fits, because more would stop Neovim until a key is pressed; the log has it whole.
---@param text string
---@param level? "info"|"warn"|"error"
function M.aside(text, level)
  level = level or "info"
  require("lofi.log")[level]("%s", text)
  vim.schedule(function()
    if not M.is_plain() then
      return show(text, LEVELS[level:upper()])
    end
    M.clear_line()
    local shown = M.fit(text, "lofi: ")
    if shown ~= "" then
      show(shown, LEVELS[level:upper()])
    end
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
