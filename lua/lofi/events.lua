--- Who wants to hear of what: Lua functions and `User` autocommands. Knows no event's meaning.
local M = {}

---Every event there is, with the `User` pattern that goes with it.
---@type table<lofi.Event, string>
M.names = {}

for _, name in ipairs({
  "generation_queued",
  "generation_start",
  "generation_progress",
  "generation_complete",
  "generation_error",
  "generation_cancelled",
  "queue_changed",
  "library_changed",
  "download_progress",
  "download_complete",
  "download_error",
  "playback_start",
  "playback_pause",
  "playback_resume",
  "playback_end",
  "playback_changed",
  "volume_changed",
  "playlist_changed",
  "radio_changed",
  "timer_changed",
  "daemon_start",
  "daemon_exit",
  "daemon_error",
}) do
  M.names[name] = "Lofi" .. ("_" .. name):gsub("_(%l)", string.upper)
end

---@type table<string, function[]>
local handlers = {}

---@param name string
local function check(name)
  if not M.names[name] then
    local near = require("lofi.text").nearest(name, vim.tbl_keys(M.names))
    local hint = near and (", did you mean %q?"):format(near) or ""
    error(("lofi: there is no event %q%s"):format(tostring(name), hint), 0)
  end
end

---Calls `fn` with the event's data whenever it happens.
---@param name lofi.Event
---@param fn fun(data: table)
---@return fun() off
function M.on(name, fn)
  check(name)
  if type(fn) ~= "function" then
    error(("lofi: on(%q, …) wants a function, not %s"):format(name, type(fn)), 0)
  end
  -- A new list each time: whoever is being told goes through the old one undisturbed.
  handlers[name] = vim.list_extend({}, handlers[name] or {})
  table.insert(handlers[name], fn)
  return function()
    M.off(name, fn)
  end
end

---@param name lofi.Event
---@param fn fun(data: table)
---@return fun() off
function M.once(name, fn)
  local off
  off = M.on(name, function(data)
    off()
    fn(data)
  end)
  return off
end

---@param name lofi.Event
---@param fn fun(data: table)
function M.off(name, fn)
  check(name)
  local kept, removed = {}, false
  for _, each in ipairs(handlers[name] or {}) do
    if each == fn and not removed then
      removed = true
    else
      kept[#kept + 1] = each
    end
  end
  handlers[name] = kept
end

---@param name string
---@param why any
local function failed(name, why)
  local text = ("lofi: a handler of %s failed: %s"):format(name, tostring(why))
  vim.notify(text, vim.log.levels.ERROR, { title = "Lofi" })
end

---Tells everyone. In the main loop only. A handler that fails is reported and harms nobody else.
---@param name lofi.Event
---@param data table
function M.emit(name, data)
  for _, fn in ipairs(handlers[name] or {}) do
    local ok, why = pcall(fn, data)
    if not ok then
      failed(name, why)
    end
  end
  local ok, why = pcall(vim.api.nvim_exec_autocmds, "User", {
    pattern = M.names[name],
    modeline = false,
    data = data,
  })
  if not ok then
    failed(M.names[name], why)
  end
end

return M
