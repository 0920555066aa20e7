--- Shows how jobs and downloads go on, in one of several ways; a listener on events like any other.
local text = require("lofi.text")

local M = {}

---Milliseconds between two pictures of the same thing; its end is always shown.
local PAUSE = 200

---@class lofi.progress.Item
---@field key string
---@field prompt string
---@field percent integer
---@field status "running"|"success"|"failed"|"cancel"
---@field message string what is shown, without the percent
---@field cancel fun()
---@field shown integer when last, in ms
---@field due boolean
---@field handle? any the sink's own

local items = {} ---@type table<string, lofi.progress.Item>
local listening = false

---@return lofi.progress.Sink?
local function sink()
  return require("lofi.sinks").choose(require("lofi.config").get().ui.progress)
end

---Whether anything is shown; if not, errors have to be told in another way.
---@return boolean
function M.is_shown()
  return sink() ~= nil
end

---@param item lofi.progress.Item
local function show(item)
  item.shown, item.due = vim.uv.now(), false
  local to = sink()
  if to then
    local ok, why = pcall(to, item)
    if not ok then
      require("lofi.log").error("progress cannot be shown: %s", tostring(why))
    end
  end
end

---@param item lofi.progress.Item
local function show_soon(item)
  local wait = item.shown + PAUSE - vim.uv.now()
  if wait <= 0 then
    return show(item)
  elseif not item.due then
    item.due = true
    vim.defer_fn(function()
      if item.due and item.status == "running" then
        show(item)
      end
    end, wait)
  end
end

---@param key string
---@param cancel fun()
---@return lofi.progress.Item
local function item_of(key, cancel)
  if not items[key] then
    items[key] =
      { key = key, percent = 0, status = "running", cancel = cancel, shown = -PAUSE, due = false }
  end
  return items[key]
end

---@param key string
---@param status "success"|"failed"|"cancel"
---@param message string
local function finish(key, status, message)
  local item = items[key]
  if not item then
    return
  end
  items[key] = nil
  if status == "failed" then
    require("lofi.log").error("%s", message) -- the screen may have no room for all of it
  end
  item.status, item.message = status, message
  item.percent = status == "success" and 100 or item.percent
  show(item)
  if status == "success" and not sink() and require("lofi.config").get().ui.notify then
    require("lofi.notice").aside(message)
  end
end

---@param id string
---@return string
local function prompt_of(id)
  local job = require("lofi.state").get().jobs[id]
  return text.fit(text.clean(job and job.prompt or id), 40)
end

---@param id string
local function job_item(id)
  return item_of(id, function()
    require("lofi.generation").cancel(id)
  end)
end

local function job_started(p)
  local item = job_item(p.track_id)
  item.message = prompt_of(p.track_id)
  show(item)
end

local function job_went_on(p)
  local job = require("lofi.state").get().jobs[p.track_id]
  local item = job_item(p.track_id)
  item.percent = job.percent
  local more = job.status == "loading" and "loading the model"
    or job.eta_sec and text.clock(math.ceil(job.eta_sec)) .. " left"
  item.message = prompt_of(p.track_id) .. (more and " · " .. more or "")
  show_soon(item)
end

---@param p { code: string, message: string, recovery: string }
---@return string
local function why(p)
  return text.clean(require("lofi.errors").text(require("lofi.reduce").error_of(p)))
end

local function job_listeners()
  return {
    generation_start = job_started,
    generation_progress = job_went_on,
    generation_complete = function(p)
      local length = text.clock(p.duration_sec)
      job_item(p.track_id) -- one that was there already had no beginning
      finish(p.track_id, "success", ("%s · %s, finished"):format(prompt_of(p.track_id), length))
    end,
    generation_error = function(p)
      job_item(p.track_id)
      finish(p.track_id, "failed", prompt_of(p.track_id) .. ": " .. why(p))
    end,
    generation_cancelled = function(p)
      finish(p.track_id, "cancel", prompt_of(p.track_id) .. " · given up")
    end,
  }
end

---@param bytes? integer
---@return string
local function size(bytes)
  return ("%.1f GB"):format((bytes or 0) / 1e9)
end

local function download_listeners()
  local function key(p)
    return "download " .. tostring(p.backend)
  end
  return {
    download_progress = function(p)
      local item = item_of(key(p), function()
        require("lofi.download").cancel(p.backend)
      end)
      local it = require("lofi.state").get().downloads[p.backend]
      item.percent = it.percent
      local part = ("%s of %s"):format(size(it.bytes_downloaded), size(it.bytes_total))
      item.message = text.clean(("%s: %s, %s"):format(p.backend, it.phase or "downloading", part))
      show_soon(item)
    end,
    download_complete = function(p)
      item_of(key(p), function() end)
      finish(key(p), "success", text.clean(p.backend) .. " is downloaded")
    end,
    download_error = function(p)
      item_of(key(p), function() end)
      local status = p.code == "DOWNLOAD_CANCELLED" and "cancel" or "failed"
      finish(key(p), status, text.clean(p.backend) .. ": " .. why(p))
    end,
  }
end

local function daemon_gone()
  for key, item in pairs(items) do
    finish(key, "failed", (item.message or "") .. " · the daemon is gone")
  end
end

---Gives up what an item of this key stands for.
---@param key string
function M.cancel(key)
  if items[key] then
    items[key].cancel()
  end
end

---Shows what happens from now on; a second call changes nothing.
function M.begin()
  if listening then
    return
  end
  listening = true
  local on = require("lofi.events").on
  for _, listeners in ipairs({ job_listeners(), download_listeners() }) do
    for event, fn in pairs(listeners) do
      on(event, fn)
    end
  end
  on("daemon_exit", daemon_gone)
end

return M
