--- Asking for tracks, again and otherwise, and the queue: the public functions.
local ask = require("lofi.ask")
local errors = require("lofi.errors")
local is = require("lofi.schema")
local jobs = require("lofi.job")
local state = require("lofi.state")

local M = {}

local last ---@type lofi.GenerateOpts? the last request
local last_seed ---@type integer? what the daemon drew for it

---Has a track made.
---@param what lofi.GenerateOpts|string
---@param cb? fun(err?: lofi.Error, track?: lofi.Track)
---@return lofi.Job
function M.generate(what, cb)
  ask.callback("generate", cb)
  local opts, err = require("lofi.request").understood(what)
  if not opts then
    return jobs.failed(err --[[@as lofi.Error]], cb)
  end
  require("lofi.progress").begin()
  last, last_seed = opts, nil
  local params = require("lofi.request").params(opts)
  return jobs.begin(params, cb, function(answer)
    last_seed = last == opts and answer.seed or last_seed
  end, opts.on_start)
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
    ask.callback("again", cb)
    local hint = ":Lofi generate WORDS makes one"
    return jobs.failed(errors.new("NOTHING_BEFORE", "there is no prompt to repeat", hint), cb)
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
  local takes = {}
  for i = 1, count do
    takes[i] = M.again({}, cb)
  end
  return takes
end

---@return boolean
function M.is_generating()
  return jobs.is_any() or state.is_generating()
end

---@return string[] # ids of all that wait or run, the running one first
function M.active()
  local active = vim.tbl_filter(function(job)
    return not require("lofi.reduce").has_ended(job)
  end, vim.tbl_values(state.get().jobs))
  table.sort(active, function(a, b)
    if a.position ~= b.position then
      return a.position < b.position
    end
    return a.order < b.order
  end)
  return vim.tbl_map(function(job)
    return job.track_id
  end, active)
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
  local ids = M.active()
  if track_id and track_id ~= "all" then
    ids = { track_id }
  elseif #ids == 0 then
    local idle = not jobs.drop_unanswered()
    local err = idle and errors.new("NOTHING_TO_CANCEL", "nothing is being made", "") or nil
    return ask.tell(cb, err, { cancelled = 0 })
  elseif track_id == "all" then
    jobs.drop_unanswered()
  else
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
