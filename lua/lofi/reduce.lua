--- What a message of the daemon changes in the mirror. Pure: tables in, names of changed parts out.
---
--- Each function gets the state and the parameters of a notification (or the result of the method
--- of that name), changes the state in place, and returns the parts it changed, or nothing. What a
--- message lacks or has in a wrong type counts as not said.
local M = {}

---@type table<string, fun(state: lofi.State, params: table): string[]?>
M.on = {}

---Ended jobs that are remembered, so that one sees why they failed.
local KEEP = 50

local ENDED = { complete = true, error = true, cancelled = true }

local function number(value)
  return type(value) == "number" and value == value and value or nil
end

local function string(value)
  return type(value) == "string" and value or nil
end

local function list(value)
  return type(value) == "table" and vim.islist(value) and value or {}
end

---@param state lofi.State
---@return integer
local function next_order(state)
  local greatest = 0
  for _, job in pairs(state.jobs) do
    greatest = math.max(greatest, job.order)
  end
  return greatest + 1
end

---@param state lofi.State
local function forget_old(state)
  local ended = vim.tbl_filter(M.has_ended, vim.tbl_values(state.jobs))
  table.sort(ended, function(a, b)
    return a.order > b.order
  end)
  for i = KEEP + 1, #ended do
    state.jobs[ended[i].track_id] = nil
  end
end

---@param job lofi.State.Job
---@return boolean
function M.has_ended(job)
  return ENDED[job.status] == true
end

---The job of these parameters: the one that is there, or a new one.
---@param state lofi.State
---@param p table
---@return lofi.State.Job?
local function job_of(state, p)
  local id = string(p.track_id)
  if not id then
    return nil
  end
  local job = state.jobs[id]
  if not job then
    job = { track_id = id, prompt = "", status = "queued", position = 0, percent = 0 }
    job.order = next_order(state)
    state.jobs[id] = job
  end
  job.prompt = string(p.prompt) or job.prompt
  job.duration_sec = number(p.duration_sec) or job.duration_sec
  job.seed = number(p.seed) or job.seed
  job.backend = string(p.backend) or job.backend
  job.priority = string(p.priority) or job.priority
  job.position = number(p.position) or job.position
  job.background = p.background == true or job.background
  return job
end

---A job that begins, perhaps for the second time under the same id.
local function begun(state, p, status)
  if type(p.track_id) ~= "string" then
    return
  end
  local old = state.jobs[p.track_id]
  if old and ENDED[old.status] then
    state.jobs[p.track_id] = nil
  end
  local job = job_of(state, p)
  job.status = status
  return { "jobs" }
end

---@param state lofi.State
---@param p table
---@param status "complete"|"error"|"cancelled"
---@return lofi.State.Job?
local function ended(state, p, status)
  local job = job_of(state, p)
  if not job then
    return nil
  end
  job.status, job.eta_sec, job.position = status, nil, 0
  job.order = next_order(state)
  forget_old(state)
  return job
end

---Whether a track is there already: what is told of its beginning comes too late. (One that is made
---anew, because it was deleted, is announced by the answer to `generate`.)
local function is_over(state, p)
  local job = state.jobs[p.track_id]
  return job ~= nil and job.status == "complete"
end

function M.on.generation_queued(state, p)
  return not is_over(state, p) and begun(state, p, "queued") or nil
end

function M.on.generation_start(state, p)
  return not is_over(state, p) and begun(state, p, "loading") or nil
end

---The answer to `generate`, with the prompt that was sent.
function M.on.generate(state, p)
  local old = state.jobs[p.track_id]
  if old then
    old.background = nil -- now somebody waits for it
  end
  if p.status == "complete" or (old and not ENDED[old.status]) then
    return
  end
  return begun(state, p, p.status == "generating" and "generating" or "queued")
end

function M.on.generation_progress(state, p)
  local known = state.jobs[p.track_id]
  if known and ENDED[known.status] then
    return
  end
  local job = job_of(state, p)
  if not job then
    return
  end
  local before = { job.status, job.percent, job.step, job.steps, job.eta_sec }
  job.status = p.state == "loading" and "loading" or "generating"
  job.percent = math.max(0, math.min(99, number(p.percent) or job.percent))
  job.step = number(p.current_step) or job.step
  job.steps = number(p.total_steps) or job.steps
  job.eta_sec = number(p.eta_sec) or job.eta_sec
  local after = { job.status, job.percent, job.step, job.steps, job.eta_sec }
  return not vim.deep_equal(before, after) and { "jobs" } or nil
end

function M.on.generation_complete(state, p)
  local job = ended(state, p, "complete")
  if not job then
    return
  end
  job.percent, job.track, job.error = 100, p, nil
  state.last_track = p
  M.on.library_get(state, p)
  return { "jobs", "library" }
end

function M.on.generation_error(state, p)
  local job = ended(state, p, "error")
  if not job then
    return
  end
  job.error = M.error_of(p)
  state.last_error = job.error
  return { "jobs" }
end

function M.on.generation_cancelled(state, p)
  return ended(state, p, "cancelled") and { "jobs" } or nil
end

---@param p table parameters of generation_error or download_error
---@return lofi.Error
function M.error_of(p)
  local errors = require("lofi.errors")
  local name = string(p.code) or "ERROR"
  return errors.new(name, string(p.message) or "no reason was given", string(p.recovery))
end

function M.on.queue_changed(state, p)
  local queue = {
    current = type(p.current) == "table" and p.current or nil,
    pending = list(p.pending),
    capacity = number(p.capacity) or state.queue.capacity,
  }
  if vim.deep_equal(queue, state.queue) then
    return
  end
  state.queue = queue
  for _, each in ipairs(queue.pending) do
    local known = type(each) == "table" and state.jobs[each.track_id]
    if type(each) == "table" and not (known and ENDED[known.status]) then
      job_of(state, each)
    end
  end
  return { "queue", "jobs" }
end

M.on.queue_status = M.on.queue_changed

function M.on.library_list(state, p)
  state.library =
    { tracks = list(p.tracks), total = number(p.total) or #list(p.tracks), loaded = true }
  return { "library" }
end

---One track as it is now; put first if it is new.
function M.on.library_get(state, p)
  if type(p.track_id) ~= "string" or not state.library.loaded then
    return
  end
  for i, track in ipairs(state.library.tracks) do
    if track.track_id == p.track_id then
      state.library.tracks[i] = p
      return not vim.deep_equal(track, p) and { "library" } or nil
    end
  end
  table.insert(state.library.tracks, 1, p)
  state.library.total = state.library.total + 1
  return { "library" }
end

M.on.library_favorite = M.on.library_get

function M.on.library_changed(state, p)
  if p.reason ~= "deleted" and p.reason ~= "cleared" then
    return { "library" }
  end
  local gone = {}
  for _, id in ipairs(list(p.track_ids)) do
    gone[id] = true
  end
  local before = #state.library.tracks
  state.library.tracks = vim.tbl_filter(function(track)
    return not gone[track.track_id]
  end, state.library.tracks)
  local fewer = before - #state.library.tracks
  state.library.total = math.max(#state.library.tracks, state.library.total - fewer)
  return { "library" }
end

local function download(state, p, status)
  local name = string(p.backend)
  if not name then
    return nil
  end
  local before = vim.deepcopy(state.downloads[name])
  local it = state.downloads[name] or { backend = name, percent = 0 }
  if it.status ~= "running" then
    it = { backend = name, percent = 0 }
  end
  it.status = status
  it.model = string(p.model) or it.model
  it.phase = string(p.phase) or it.phase
  it.percent = number(p.overall_percent) or it.percent
  it.bytes_downloaded = number(p.bytes_downloaded) or it.bytes_downloaded
  it.bytes_total = number(p.bytes_total) or it.bytes_total
  state.downloads[name] = it
  return it, not vim.deep_equal(before, it)
end

function M.on.download_progress(state, p)
  local _, changed = download(state, p, "running")
  return changed and { "downloads" } or nil
end

function M.on.download_complete(state, p)
  local it = download(state, p, "complete")
  if it then
    it.percent = 100
    return { "downloads" }
  end
end

function M.on.download_error(state, p)
  local it = download(state, p, "error")
  if it then
    it.error = M.error_of(p)
    state.last_error = it.error
    return { "downloads" }
  end
end

function M.on.get_backends(state, p)
  state.backends = list(p.backends)
  state.default_backend = string(p.default_backend)
  return { "backends" }
end

function M.on.styles(state, p)
  state.styles = list(p.styles)
  return { "styles" }
end

---Everything that was under way ends with the daemon.
---@param state lofi.State
---@param p { error: lofi.Error }
function M.on.daemon_exit(state, p)
  for _, job in pairs(state.jobs) do
    if not ENDED[job.status] then
      job.status, job.error, job.eta_sec = "error", p.error, nil
    end
  end
  for _, each in pairs(state.downloads) do
    if each.status == "running" then
      each.status, each.error = "error", p.error
    end
  end
  state.queue = { pending = {}, capacity = state.queue.capacity }
  state.playback, state.radio, state.timer = nil, nil, nil
  return { "jobs", "downloads", "queue", "playback", "radio", "timer" }
end

---@param state lofi.State
---@param p lofi.State.Daemon
function M.on.daemon(state, p)
  if vim.deep_equal(state.daemon, p) then
    return
  end
  state.daemon = p
  return { "daemon" }
end

return M
