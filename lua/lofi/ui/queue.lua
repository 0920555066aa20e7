--- The part of the studio that says what is being made, waits, or failed. Pure: state in, rows out.
local columns = require("lofi.ui.columns")
local now = require("lofi.ui.now")
local text = require("lofi.text")

local M = {}

---Failures shown at a time; dismissing one makes room for the next.
local MOST_FAILURES = 3

---Cells for what is left to do: with steps, on narrow screens without. The wide ones make the
---bars of all sections end in the same column.
local WIDE, NARROW = 15, 5

---@param view lofi.ui.View
---@return boolean
local function is_wide(view)
  return view.width >= 58
end

local RUNNING = { loading = true, generating = true }
local ENDED = { complete = true, error = true, cancelled = true }

---Jobs that run or wait, in the order in which they are done.
---@param state lofi.State
---@return lofi.State.Job[]
function M.active(state)
  local jobs = {}
  for _, job in pairs(state.jobs) do
    jobs[#jobs + 1] = not ENDED[job.status] and job or nil
  end
  table.sort(jobs, function(a, b)
    local a_runs, b_runs = RUNNING[a.status] or false, RUNNING[b.status] or false
    if a_runs ~= b_runs then
      return a_runs
    elseif a.position ~= b.position then
      return a.position < b.position
    end
    return a.order < b.order
  end)
  return jobs
end

---Jobs that failed and were not dismissed, the newest first.
---@param state lofi.State
---@param dismissed? table<string, integer>
---@return lofi.State.Job[]
function M.failed(state, dismissed)
  local jobs = vim.tbl_filter(function(job)
    return job.status == "error" and (dismissed or {})[job.track_id] ~= job.order
  end, vim.tbl_values(state.jobs))
  table.sort(jobs, function(a, b)
    return a.order > b.order
  end)
  return vim.list_slice(jobs, 1, MOST_FAILURES)
end

---@class lofi.ui.Work cells of a line about something under way
---@field icon string
---@field hl string
---@field name string
---@field share? number of the bar; none: `state` stands there
---@field state? string
---@field left? string what is left to do

---@param work lofi.ui.Work
---@param view lofi.ui.View
---@return lofi.ui.Chunk[]
local function line(work, view)
  local share = work.share
  return columns.line({
    { text = work.icon, hl = work.hl },
    { text = work.name, grow = true, min = now.NAME, gap = 1 },
    { text = work.state, hl = "LofiDim", bar = share, width = now.bar_width(view), drop = 1 },
    { text = share and ("%d%%"):format(share * 100 + 0.5) or "", width = 4, right = true },
    {
      text = work.left or "",
      hl = "LofiTime",
      width = is_wide(view) and WIDE or NARROW,
      right = true,
    },
  }, view.width, view.icons)
end

---@param job lofi.State.Job
---@param view lofi.ui.View
---@return string steps, where there is room, and time
local function left_to_do(job, view)
  local seconds = (view.left or {})[job.track_id] or job.eta_sec
  local time = seconds and text.clock(seconds + 0.5) or ""
  if not is_wide(view) then
    return time
  end
  time = time ~= "" and time .. " left" or time
  local step, steps = tonumber(job.step), tonumber(job.steps)
  local both = step and steps and ("%d/%d %s"):format(step, steps, time) or time
  return #both <= WIDE and both or time
end

---@param job lofi.State.Job
---@param view lofi.ui.View
---@return lofi.ui.Row
local function job_row(job, view)
  local runs = RUNNING[job.status]
  local begins = job.status == "loading" and job.percent == 0
  local chunks = line({
    icon = runs and view.icons.running or view.icons.waiting,
    hl = runs and "LofiRunning" or "LofiWaiting",
    name = text.clean(job.prompt),
    share = runs and not begins and job.percent / 100 or nil,
    state = begins and "getting ready" or job.priority == "high" and "high priority" or "waiting",
    left = runs and not begins and left_to_do(job, view) or nil,
  }, view)
  return { id = "job:" .. job.track_id, kind = "job", item = job, lines = { chunks } }
end

---What can be done about a failure, by the keys that do it.
---@param view lofi.ui.View
---@return string
local function ways_out(view)
  local ways = {}
  for _, way in ipairs({ { "again", "again" }, { "remove", "dismiss" } }) do
    local key = view.keys[way[1]]
    ways[#ways + 1] = key and ("%s %s"):format(key, way[2])
  end
  return table.concat(ways, "  ")
end

---@param id string
---@param kind string
---@param item table
---@param name string
---@param err? lofi.Error
---@param view lofi.ui.View
---@return lofi.ui.Row
local function failure(id, kind, item, name, err, view)
  local lines = {
    columns.line({
      { text = view.icons.failed, hl = "LofiError" },
      { text = name, grow = true, min = now.NAME, gap = 1 },
      { text = ways_out(view), hl = "LofiDim", drop = 1 },
    }, view.width, view.icons),
  }
  err = err or { message = "no reason was given" }
  vim.list_extend(lines, now.advice(err.message, err.hint, view))
  return { id = id, kind = kind, item = item, lines = lines }
end

local PHASES = {
  waiting = "another program downloads it",
  asking = "asking the hub",
  checking = "checking what is there",
}

---@param download lofi.State.Download
---@return string
local function bytes(download)
  local done, whole = tonumber(download.bytes_downloaded), tonumber(download.bytes_total)
  if not done or not whole or whole <= 0 then
    return ""
  end
  return ("%.1f/%.1f GB"):format(done / 1e9, whole / 1e9)
end

---@param download lofi.State.Download
---@param view lofi.ui.View
---@return lofi.ui.Row?
local function download_row(download, view)
  local id = "download:" .. download.backend
  local name = text.clean(download.model or download.backend)
  if download.status == "running" then
    local phase = PHASES[download.phase]
    local chunks = line({
      icon = view.icons.download,
      hl = "LofiRunning",
      name = name,
      share = not phase and download.percent / 100 or nil,
      state = phase,
      left = is_wide(view) and bytes(download) or nil,
    }, view)
    return { id = id, kind = "download", item = download, lines = { chunks } }
  elseif download.status == "error" and download.error and not (view.dismissed or {})[id] then
    return failure(id, "download", download, name, download.error, view)
  end
end

---@param view lofi.ui.View
---@return lofi.ui.Row
local function idle(view)
  local chunks = {
    { "  " },
    { columns.facts({ "nothing is being made" }, view.width - 2, view.icons), "LofiDim" },
  }
  return { kind = "empty", lines = { chunks } }
end

---@param state lofi.State
---@param view lofi.ui.View
---@return lofi.ui.Row[]
function M.rows(state, view)
  local rows = {}
  for _, job in ipairs(M.active(state)) do
    rows[#rows + 1] = job_row(job, view)
  end
  for _, download in vim.spairs(state.downloads) do
    rows[#rows + 1] = download_row(download, view)
  end
  for _, job in ipairs(M.failed(state, view.dismissed)) do
    rows[#rows + 1] =
      failure("job:" .. job.track_id, "failed", job, text.clean(job.prompt), job.error, view)
  end
  return #rows > 0 and rows or { idle(view) }
end

return M
