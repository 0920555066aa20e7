--- Finished tracks: the public functions, as questions to the daemon.
local ask = require("lofi.ask")
local errors = require("lofi.errors")
local is = require("lofi.schema")
local state = require("lofi.state")

local M = {}

local FORMATS = { "wav", "flac", "ogg", "mp3" }

---@type lofi.Rules
local QUERY = {
  query = is.text,
  backend = is.text,
  style = is.text,
  favorite = is.flag,
  sort = is.one_of("created", "used", "duration", "prompt"),
  order = is.one_of("asc", "desc"),
  limit = is.integer(1, 1000),
  offset = is.integer(0, 1e9),
}

---@param query? table
---@param cb? fun(err?: lofi.Error, tracks?: lofi.Track[])
function M.list(query, cb)
  ask.callback("library", cb)
  local err = query ~= nil and ask.check("library", QUERY, query) or nil
  if err then
    return ask.tell(cb, err)
  end
  local whole = query == nil or next(query) == nil
  require("lofi.daemon").request("library_list", query, function(failed, result)
    if not failed and whole then -- a search is no picture of the library
      state.apply("library_list", result)
    end
    local tracks = not failed and vim.deepcopy(result.tracks) or nil
    ask.tell(cb, failed, tracks)
  end)
end

---@param track_id? string
---@return string? # the one that is named, else the current track's
local function or_current(track_id)
  local current = require("lofi").current_track()
  return track_id or current and current.track_id
end

local function no_track()
  return errors.new("NO_TRACK", "there is no current track", ":Lofi library shows the others")
end

---@param track_id string
---@return lofi.Track?
function M.known(track_id)
  for _, track in ipairs(state.get().library.tracks) do
    if track.track_id == track_id then
      return track
    end
  end
  local job = state.get().jobs[track_id]
  return job and job.track
end

---@param id string
---@param favorite boolean
---@param cb? lofi.Callback
local function mark(id, favorite, cb)
  ask.call("library_favorite", { track_id = id, favorite = favorite }, cb)
end

---@param track_id? string
---@param favorite? boolean
---@param cb? fun(err?: lofi.Error, track?: lofi.Track)
function M.favorite(track_id, favorite, cb)
  local rules = { track_id = is.text, favorite = is.flag }
  if not ask.valid("favorite", rules, { track_id = track_id, favorite = favorite }, cb) then
    return
  end
  local id = or_current(track_id)
  if not id then
    return ask.tell(cb, no_track())
  end
  if favorite ~= nil then
    return mark(id, favorite, cb)
  end
  require("lofi.daemon").request("library_get", { track_id = id }, function(err, track)
    if err then
      return ask.tell(cb, err)
    end
    mark(id, not track.favorite, cb)
  end)
end

---@param track_id string
---@param cb? lofi.Callback
function M.delete(track_id, cb)
  local params = { track_id = track_id == nil and false or track_id }
  if ask.valid("delete", { track_id = is.text }, params, cb) then
    ask.call("library_delete", params, cb)
  end
end

---@param from string
---@param to string
---@param force boolean
---@param cb? lofi.Callback
local function copy(from, to, force, cb)
  vim.uv.fs_copyfile(from, to, { excl = not force }, function(why)
    if not why then
      return ask.tell(cb, nil, { path = to })
    end
    local exists = why:find("^EEXIST") ~= nil
    local name = exists and "OUTPUT_EXISTS" or "CACHE_WRITE_ERROR"
    local text = exists and to .. " is already there"
      or ("%s cannot be written: %s"):format(to, why)
    local hint = exists and "choose another name, or :Lofi! export to replace it"
      or "choose another folder"
    ask.tell(cb, errors.new(name, text, hint))
  end)
end

---@param path string
---@return string path absolute
---@return string? format
---@return lofi.Error?
local function target(path)
  local absolute = vim.fn.fnamemodify(vim.fn.expand(path), ":p")
  local format = absolute:match("%.(%w+)$")
  format = format and format:lower()
  if not vim.list_contains(FORMATS, format) then
    local hint = "end its name in ." .. table.concat(FORMATS, ", .")
    return absolute, nil, errors.new("INVALID_PARAMS", path .. " names no sound file", hint)
  end
  return absolute, format
end

---@type lofi.Rules
local EXPORT = { path = is.text, format = is.one_of(unpack(FORMATS)), force = is.flag }

---@param track_id? string
---@param opts? { path?: string, format?: string, force?: boolean }
---@param cb? fun(err?: lofi.Error, result?: { path: string })
function M.export(track_id, opts, cb)
  if not ask.valid("export", { track_id = is.text }, { track_id = track_id }, cb) then
    return
  end
  opts = opts == nil and {} or opts
  local err = ask.check("export", EXPORT, opts)
  local id = or_current(track_id)
  if err or not id then
    return ask.tell(cb, err or no_track())
  end
  local path, format, wrong = nil, opts.format, nil
  if opts.path then
    path, format, wrong = target(opts.path)
  end
  if wrong then
    return ask.tell(cb, wrong)
  end
  require("lofi.daemon").request(
    "library_export",
    { track_id = id, format = format },
    function(failed, result)
      if failed or not path then
        return ask.tell(cb, failed, result)
      end
      copy(result.path, path, opts.force == true, cb)
    end
  )
end

return M
