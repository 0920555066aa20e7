--- One request for a track: its handle, who waits for which track, that each callback comes once.
local ask = require("lofi.ask")
local errors = require("lofi.errors")
local state = require("lofi.state")

local M = {}

---@class lofi.job.Job: lofi.Job
---@field cb? fun(err?: lofi.Error, track?: lofi.Track)
---@field ending boolean
---@field unwanted boolean
local Job = {}
Job.__index = Job

local asked = {} ---@type table<lofi.job.Job, true> those without an answer yet
local waiting = {} ---@type table<string, lofi.job.Job[]> by track id
local early = {} ---@type table<string, lofi.Track> finished while an answer was awaited
local listening = false

---@param job lofi.job.Job
---@param err? lofi.Error
---@param track? lofi.Track
---@param shown? boolean whether the user has seen the error already
local function finish(job, err, track, shown)
  if job.ending then
    return
  end
  job.ending = true
  asked[job] = nil
  if next(asked) == nil then
    early = {}
  end
  local function done()
    job.done, job.err, job.track = true, err, track
  end
  if not job.cb then
    vim.schedule(done)
    return ask.tell(shown and done or nil, err, track)
  end
  ask.tell(function(...)
    done()
    job.cb(...)
  end, err, track)
end

---@param id any
---@param err? lofi.Error
---@param track? lofi.Track
local function settle(id, err, track)
  local jobs = waiting[id] or {}
  waiting[id] = nil
  local silent = false
  for _, job in ipairs(jobs) do
    silent = silent or not job.cb
    finish(job, err, track, true)
  end
  if err and silent and not ask.known[err.name] and not require("lofi.progress").is_shown() then
    require("lofi.notice").aside(errors.text(err), "error")
  end
end

local function cancelled(job_id)
  settle(
    job_id,
    errors.new("GENERATION_CANCELLED", "the track was given up", "ask again to start over")
  )
end

local function listen()
  if listening then
    return
  end
  listening = true
  local events = require("lofi.events")
  events.on("generation_complete", function(track)
    if next(asked) and type(track.track_id) == "string" then
      early[track.track_id] = track
    end
    settle(track.track_id, nil, track)
  end)
  events.on("generation_error", function(p)
    settle(p.track_id, require("lofi.reduce").error_of(p))
  end)
  events.on("generation_cancelled", function(p)
    cancelled(p.track_id)
  end)
  events.on("daemon_exit", function(p)
    for id in pairs(waiting) do
      settle(id, p.error)
    end
  end)
end

---@param job lofi.job.Job
---@param params table what was sent
---@param answer table
---@param on_start? fun(track_id: string)
local function accepted(job, params, answer, on_start)
  local id = answer.track_id
  if type(id) ~= "string" then
    return finish(job, errors.new("BAD_ANSWER", "the daemon's answer names no track"))
  end
  job.id = id
  if on_start then
    ask.tell(function()
      on_start(id)
    end)
  end
  local track = early[id]
  asked[job] = nil
  waiting[id] = waiting[id] or {}
  table.insert(waiting[id], job)
  if track then
    return settle(id, nil, track)
  end
  local about = { prompt = params.prompt, duration_sec = params.duration_sec }
  state.apply("generate", vim.tbl_extend("keep", answer, about))
  if job.unwanted then
    job:cancel()
  end
end

---Gives it up. The job's own callback then gets the error GENERATION_CANCELLED.
---@param cb? lofi.Callback
function Job:cancel(cb)
  ask.callback("Job:cancel", cb)
  if self.ending then
    local err = errors.new("ALREADY_COMPLETE", "the job had ended before")
    return ask.tell(cb or function() end, err)
  end
  self.unwanted = true
  if self.id then
    ask.call("cancel", { track_id = self.id }, cb)
  else
    ask.tell(cb, nil, { cancelled = true })
  end
end

---Lets Neovim work until the job has ended and its callback was called. For scripts and tests.
---@param ms? integer by default a minute
---@return boolean whether it has ended
function Job:wait(ms)
  return (vim.wait(ms or 60000, function()
    return self.done
  end, 5))
end

---@param cb? fun(err?: lofi.Error, track?: lofi.Track)
---@return lofi.job.Job
local function new(cb)
  return setmetatable({ done = false, ending = false, unwanted = false, cb = cb }, Job)
end

---@param err lofi.Error
---@param cb? fun(err?: lofi.Error, track?: lofi.Track)
---@return lofi.Job # one that has failed before it began
function M.failed(err, cb)
  local job = new(cb)
  finish(job, err)
  return job
end

---Asks the daemon for a track.
---@param params table of `generate`
---@param cb? fun(err?: lofi.Error, track?: lofi.Track)
---@param on_answer fun(answer: table)
---@param on_start? fun(track_id: string)
---@return lofi.Job
function M.begin(params, cb, on_answer, on_start)
  listen()
  local job = new(cb)
  asked[job] = true
  require("lofi.daemon").request("generate", params, function(refusal, answer)
    if refusal then
      return finish(job, refusal)
    end
    on_answer(answer)
    accepted(job, params, answer, on_start)
  end)
  return job
end

---Those that the daemon has not answered yet are given up as soon as it does.
---@return boolean # whether there were any
function M.drop_unanswered()
  local any = next(asked) ~= nil
  for job in pairs(asked) do
    job.unwanted = true
  end
  return any
end

---@return boolean # whether anyone waits for anything
function M.is_any()
  return next(asked) ~= nil or next(waiting) ~= nil
end

return M
