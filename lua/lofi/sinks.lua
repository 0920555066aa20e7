--- The ways in which progress can be shown. Each is a function that shows one item as it is now.
local text = require("lofi.text")

local M = {}

---@alias lofi.progress.Sink fun(item: lofi.progress.Item)

local notice = require("lofi.notice")

---Fewer cells of a subject say nothing.
local SUBJECT = 8

---@param item lofi.progress.Item
---@param before string what stands before it
---@return string # as much as the message line has room for
local function fitted(item, before)
  local width = vim.fn.strdisplaywidth
  local room = notice.room() - width(before)
  local subject = text.fit(item.subject, math.max(SUBJECT, room - width(item.remark)))
  return notice.fit(subject .. item.remark, before)
end

local watching = false
local keys = {} ---@type table<integer|string, string> by the id of a message

---Neovim asks for an end by an event; our own messages cause such events too.
local function watch_for_cancel()
  if watching then
    return
  end
  watching = true
  vim.api.nvim_create_autocmd("Progress", {
    group = vim.api.nvim_create_augroup("lofi.progress", {}),
    pattern = "lofi",
    callback = function(event)
      local data = event.data or {}
      local key = data.status == "cancel" and keys[data.id]
      if key then
        require("lofi.progress").cancel(key)
      end
    end,
  })
end

---0.12's own progress messages.
---@param item lofi.progress.Item
function M.native(item)
  watch_for_cancel()
  local ended = item.status ~= "running"
  if ended and item.handle then
    keys[item.handle] = nil
  end
  local before = "Lofi: 100% " -- Neovim's
  if notice.room() < #before then
    return
  end
  notice.clear_line()
  local id = vim.api.nvim_echo({ { fitted(item, before) } }, ended, {
    id = item.handle,
    kind = "progress",
    source = "lofi",
    title = "Lofi",
    status = item.status,
    percent = item.percent,
  })
  item.handle = id
  if not ended then
    keys[id] = item.key
  end
end

---@param item lofi.progress.Item
function M.fidget(item)
  local progress = require("fidget.progress")
  if not item.handle then
    item.handle = progress.handle.create({
      title = item.subject,
      lsp_client = { name = "lofi" },
      percentage = item.percent,
      cancellable = true,
    })
  end
  local remark = item.remark:gsub("^%W+", "")
  item.handle:report({ message = remark, percentage = item.percent })
  if item.status == "success" then
    item.handle:finish()
  elseif item.status ~= "running" then
    item.handle:cancel()
  end
end

---Those that can put a new text in the place of an older one.
local function replaces()
  return package.loaded["snacks.notifier"] ~= nil or package.loaded["notify"] ~= nil
end

local LEVELS = { failed = vim.log.levels.ERROR, cancel = vim.log.levels.WARN }

---@param item lofi.progress.Item
function M.notify(item)
  if not replaces() and item.status == "running" and item.handle then
    return -- each picture would be a message of its own: the beginning and the end will do
  end
  local percent = item.status == "running" and ("%d%% "):format(item.percent) or ""
  local shown = percent .. item.subject .. item.remark
  if notice.is_plain() then
    if notice.room() < 20 then
      return
    end
    notice.clear_line()
    shown = "lofi: " .. percent .. fitted(item, "lofi: " .. percent)
  end
  local level = LEVELS[item.status] or vim.log.levels.INFO
  local handle = vim.notify(shown, level, {
    id = "lofi " .. item.key,
    replace = replaces() and type(item.handle) == "table" and item.handle or nil,
    title = "Lofi",
    hide_from_history = item.status == "running",
  })
  item.handle = handle or true
end

---@param name string
---@return boolean
local function is_there(name)
  return package.loaded[name] ~= nil or #vim.api.nvim_get_runtime_file("lua/" .. name, false) > 0
end

---@param wish "auto"|"native"|"fidget"|"notify"|"none"
---@return lofi.progress.Sink? # nil: show nothing
function M.choose(wish)
  local native = vim.fn.has("nvim-0.12") == 1
  if wish == "none" then
    return nil
  elseif (wish == "auto" or wish == "native") and native then
    return M.native
  elseif wish == "fidget" or (wish ~= "notify" and is_there("fidget")) then
    return is_there("fidget") and M.fidget or M.notify
  end
  return M.notify
end

return M
