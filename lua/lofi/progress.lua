--- Shows how jobs and downloads go on, in one of several ways; a listener on events like any other.
local text = require("lofi.text")

local M = {}

---Milliseconds between two pictures of the same thing; its end is always shown.
local PAUSE = 200

---@class lofi.progress.Item
---@field key string
---@field percent integer
---@field status "running"|"success"|"failed"|"cancel"
---@field subject string what it is about
---@field remark string how it stands; goes before the subject where there is no room for both
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
    items[key] = {
      key = key,
      subject = "",
      remark = "",
      percent = 0,
      status = "running",
      cancel = cancel,
      shown = -PAUSE,
      due = false,
    }
  end
  return items[key]
end

---@param key string
---@param status "success"|"failed"|"cancel"
---@param remark string
local function finish(key, status, remark)
  local item = items[key]
  if not item then
    return
  end
  items[key] = nil
  if status == "failed" then
    -- The screen may have no room for all of it.
    require("lofi.log").error("%s%s", item.subject, remark)
  end
  item.status, item.remark = status, remark
  item.percent = status == "success" and 100 or item.percent
  show(item)
  if status == "success" and not sink() and require("lofi.config").get().ui.notify then
    require("lofi.notice").aside(item.subject .. remark)
  end
end

---@param id string
---@return lofi.progress.Item
local function job_item(id)
  local item = item_of(id, function()
    require("lofi.generation").cancel(id)
  end)
  local job = require("lofi.state").get().jobs[id]
  item.subject = text.fit(text.clean(job and job.prompt or id), 40)
  return item
end

local function job_started(p)
  show(job_item(p.track_id))
end

local function job_went_on(p)
  local job = require("lofi.state").get().jobs[p.track_id]
  local item = job_item(p.track_id)
  item.percent = job.percent
  local more = job.status == "loading" and "loading the model"
    or job.eta_sec and text.clock(math.ceil(job.eta_sec)) .. " left"
  item.remark = more and " · " .. more or ""
  show_soon(item)
end

---@param p { code: string, message: string, recovery: string }
---@return string
local function why(p)
  return text.clean(require("lofi.errors").text(require("lofi.reduce").error_of(p)))
end

---What the radio has made is not what somebody waits for.
---@param listeners table<string, fun(p: table)>
---@return table<string, fun(p: table)>
local function unless_background(listeners)
  return vim.tbl_map(function(hear)
    return function(p)
      local job = require("lofi.state").get().jobs[p.track_id]
      if not (job and job.background) then
        hear(p)
      end
    end
  end, listeners)
end

local function job_listeners()
  return unless_background({
    generation_start = job_started,
    generation_progress = job_went_on,
    generation_complete = function(p)
      local length = text.clock(p.duration_sec)
      job_item(p.track_id) -- one that was there already had no beginning
      finish(p.track_id, "success", (" · %s, finished"):format(length))
    end,
    generation_error = function(p)
      job_item(p.track_id)
      finish(p.track_id, "failed", ": " .. why(p))
    end,
    generation_cancelled = function(p)
      finish(p.track_id, "cancel", " · given up")
    end,
  })
end

---@param bytes? integer
---@return string
local function size(bytes)
  return ("%.1f GB"):format((bytes or 0) / 1e9)
end

---@param p { backend: string }
---@return lofi.progress.Item
local function download_item(p)
  local item = item_of("download " .. tostring(p.backend), function()
    require("lofi.download").cancel(p.backend)
  end)
  item.subject = text.clean(p.backend)
  return item
end

local function download_listeners()
  return {
    download_progress = function(p)
      local item = download_item(p)
      local it = require("lofi.state").get().downloads[p.backend]
      item.percent = it.percent
      local part = ("%s of %s"):format(size(it.bytes_downloaded), size(it.bytes_total))
      item.remark = text.clean((": %s, %s"):format(it.phase or "downloading", part))
      show_soon(item)
    end,
    download_complete = function(p)
      finish(download_item(p).key, "success", " is downloaded")
    end,
    download_error = function(p)
      local status = p.code == "DOWNLOAD_CANCELLED" and "cancel" or "failed"
      finish(download_item(p).key, status, ": " .. why(p))
    end,
  }
end

local function daemon_gone()
  for key in pairs(items) do
    finish(key, "failed", " · the daemon is gone")
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
