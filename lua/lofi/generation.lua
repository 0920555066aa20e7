--- Jobs: asking for tracks, and who waits for which. Knows nothing of how progress is shown.
local ask = require("lofi.ask")
local errors = require("lofi.errors")
local is = require("lofi.schema")
local state = require("lofi.state")

local M = {}

local SEED = is.integer(0, 4294967295)

---@type lofi.Rules
local RULES = {
  prompt = is.text,
  style = is.text,
  duration_sec = is.integer(1, 3600),
  seed = is.any(SEED, is.one_of(vim.NIL)),
  priority = is.one_of("normal", "high"),
  backend = is.text,
  inference_steps = is.integer(1, 1000),
  guidance_scale = is.number(0, 100),
  scheduler = is.text,
  options = is.type("table", "a table of the backend's options"),
  on_start = is.callable,
}

---Short names, as in `:Lofi generate`.
local SHORT = { duration = "duration_sec", steps = "inference_steps", guidance = "guidance_scale" }

for short, long in pairs(SHORT) do
  RULES[short] = RULES[long]
end

---@class lofi.generation.Job: lofi.Job
---@field cb? fun(err?: lofi.Error, track?: lofi.Track)
---@field ending boolean
---@field unwanted boolean
local Job = {}
Job.__index = Job

local asked = {} ---@type table<lofi.generation.Job, true> those without an answer yet
local waiting = {} ---@type table<string, lofi.generation.Job[]> by track id
local early = {} ---@type table<string, lofi.Track> finished while an answer was awaited
local last ---@type lofi.GenerateOpts? the last request
local last_seed ---@type integer? what the daemon drew for it
local listening = false

---@param job lofi.generation.Job
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

---@param job lofi.generation.Job
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
    pcall(on_start, id)
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

---@param style string a style's id or name
---@return string # as words for a prompt
local function words(style)
  local known = require("lofi.catalogue").style(style)
  return known and known.name:lower() or (style:gsub("[_-]+", " "))
end

---@param opts lofi.GenerateOpts
---@return string
local function prompt_of(opts)
  local prompt = vim.trim(opts.prompt or "")
  local style = opts.style or require("lofi.config").get().defaults.style
  if not style or style == "" then
    return prompt
  end
  local named = words(style)
  if prompt:lower():find(named:lower(), 1, true) then
    return prompt
  end
  return prompt == "" and named or named .. ", " .. prompt
end

---@param opts lofi.GenerateOpts
---@return table params
local function params_of(opts)
  local config = require("lofi.config").get()
  local backend = opts.backend or config.backend
  local params = vim.tbl_extend("force", opts.options or {}, {
    prompt = prompt_of(opts),
    duration_sec = opts.duration_sec or config.defaults.duration,
    seed = opts.seed or config.defaults.seed,
    priority = opts.priority,
    backend = backend ~= "auto" and backend or nil,
    inference_steps = opts.inference_steps,
    guidance_scale = opts.guidance_scale,
    scheduler = opts.scheduler,
  })
  return params
end

---@param what any
---@return lofi.GenerateOpts?
---@return lofi.Error?
local function understood(what)
  local opts = type(what) == "string" and { prompt = what } or what
  if type(opts) ~= "table" then
    local message = "generate: a prompt or a table of options is wanted, not " .. type(what)
    return nil, errors.new("INVALID_PARAMS", message, ":help lofi-api describes them")
  end
  local err = ask.check("generate", RULES, opts)
  if err then
    return nil, err
  end
  local long = {}
  for key, value in pairs(opts) do
    long[SHORT[key] or key] = value
  end
  if prompt_of(long) == "" then
    return nil,
      errors.new("INVALID_PROMPT", "there is no prompt", "describe the music in a few words")
  end
  return long
end

---Has a track made.
---@param what lofi.GenerateOpts|string
---@param cb? fun(err?: lofi.Error, track?: lofi.Track)
---@return lofi.Job
function M.generate(what, cb)
  ask.callback("generate", cb)
  local job = setmetatable({ done = false, ending = false, unwanted = false, cb = cb }, Job)
  local opts, err = understood(what)
  if err or not opts then
    finish(job, err)
    return job
  end
  listen()
  require("lofi.progress").begin()
  asked[job] = true
  last, last_seed = opts, nil
  local params = params_of(opts)
  require("lofi.daemon").request("generate", params, function(refusal, answer)
    if refusal then
      finish(job, refusal)
    else
      last_seed = last == opts and answer.seed or last_seed
      accepted(job, params, answer, opts.on_start)
    end
  end)
  return job
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

---What was asked for last, in this session or before.
---@return lofi.GenerateOpts?
local function last_request()
  local track = state.get().last_track or state.get().library.tracks[1]
  if last then
    return vim.deepcopy(last)
  end
  return track
    and { prompt = track.prompt, style = "", duration_sec = math.floor(track.duration_sec + 0.5) }
end

---@param opts? { seed?: integer|"same" }
---@param cb? fun(err?: lofi.Error, track?: lofi.Track)
---@return lofi.Job
function M.again(opts, cb)
  opts = opts or {}
  local request = last_request()
  local seed = type(opts) == "table" and opts.seed
  if seed == "same" then
    local track = state.get().last_track
    seed = last_seed or (request and request.seed) or (track and track.seed)
  end
  if not request then
    local job = setmetatable({ done = false, ending = false, unwanted = false, cb = cb }, Job)
    ask.callback("again", cb)
    finish(
      job,
      errors.new("NOTHING_BEFORE", "there is no prompt to repeat", ":Lofi generate WORDS")
    )
    return job
  end
  request.seed = seed or vim.NIL -- drawn by the daemon, even if the settings name one
  return M.generate(request, cb)
end

---@param count integer
---@param cb? fun(err?: lofi.Error, track?: lofi.Track)
---@return lofi.Job[]
function M.variations(count, cb)
  if not ask.valid("variations", { count = is.integer(1, 9) }, { count = count or false }, cb) then
    return {}
  end
  local jobs = {}
  for i = 1, count do
    jobs[i] = M.again({}, cb)
  end
  return jobs
end

---@return boolean
function M.is_generating()
  return next(asked) ~= nil or next(waiting) ~= nil or state.is_generating()
end

---@return string[] # ids of all that wait or run, the running one first
function M.active()
  local jobs = vim.tbl_filter(function(job)
    return not require("lofi.reduce").has_ended(job)
  end, vim.tbl_values(state.get().jobs))
  table.sort(jobs, function(a, b)
    if a.position ~= b.position then
      return a.position < b.position
    end
    return a.order < b.order
  end)
  return vim.tbl_map(function(job)
    return job.track_id
  end, jobs)
end

---@param ids string[]
---@param cb? lofi.Callback
local function cancel_all(ids, cb)
  local left, failed = #ids, nil
  for _, id in ipairs(ids) do
    ask.call("cancel", { track_id = id }, function(err)
      failed = failed or (err and err.name ~= "ALREADY_COMPLETE" and err or nil)
      left = left - 1
      if left == 0 then
        ask.tell(cb, failed, { cancelled = #ids })
      end
    end)
  end
end

---@param track_id? string
---@param cb? lofi.Callback
function M.cancel(track_id, cb)
  if not ask.valid("cancel", { track_id = is.text }, { track_id = track_id }, cb) then
    return
  end
  for job in pairs(asked) do
    job.unwanted = job.unwanted or track_id == "all" or (track_id == nil and #M.active() == 0)
  end
  local ids = M.active()
  if track_id and track_id ~= "all" then
    ids = { track_id }
  elseif #ids == 0 then
    local idle = next(asked) == nil
    local err = idle and errors.new("NOTHING_TO_CANCEL", "nothing is being made", "") or nil
    return ask.tell(cb, err, { cancelled = 0 })
  elseif not track_id then
    ids = { ids[1] }
  end
  cancel_all(ids, cb)
end

---@param cb? fun(err?: lofi.Error, queue?: lofi.State.Queue)
---@return lofi.State.Queue
function M.queue(cb)
  ask.callback("queue", cb)
  if cb then
    ask.call("queue_status", nil, cb)
  end
  return vim.deepcopy(state.get().queue)
end

---@param track_id string
---@param position integer
---@param cb? lofi.Callback
function M.move(track_id, position, cb)
  local rules = { track_id = is.text, position = is.integer(0, 100) }
  local params = { track_id = track_id or false, position = position or false }
  if ask.valid("move", rules, params, cb) then
    ask.call("queue_move", params, cb)
  end
end

return M
