--- Which track or job is meant by what somebody typed: an id, or words of its prompt.
local errors = require("lofi.errors")
local state = require("lofi.state")
local text = require("lofi.text")

local M = {}

---@param words string
---@return boolean
function M.is_id(words)
  return words:match("^%x+$") ~= nil and #words == 16
end

---The first whose prompt is just that, else begins so, else holds it.
---@generic T: { prompt: string, track_id: string }
---@param list T[]
---@param words string
---@return T?
function M.among(list, words)
  words = words:lower()
  local begins, holds
  for _, each in ipairs(list) do
    local prompt = text.clean(each.prompt):lower()
    local at = prompt:find(words, 1, true)
    if prompt == words or each.track_id == words then
      return each
    end
    begins = begins or (at == 1 and each or nil)
    holds = holds or (at and each or nil)
  end
  return begins or holds
end

---@param words string
---@return lofi.Error
local function nothing(words)
  local message = ("no track is called %q"):format(words)
  return errors.new("TRACK_NOT_FOUND", message, ":Lofi library shows what there is")
end

---Calls `fn` with the id of the track that is meant; without words with nil.
---@param words string
---@param fn fun(track_id?: string)
function M.track(words, fn)
  if words == "" then
    return fn(nil)
  elseif M.is_id(words) then
    return fn(words:lower())
  end
  local function choose(err)
    local found = not err and M.among(state.get().library.tracks, words)
    if found then
      return fn(found.track_id)
    end
    require("lofi.notice").failed(err or nothing(words))
  end
  if state.get().library.loaded then
    return choose()
  end
  require("lofi.library").list(nil, choose)
end

---@param words string
---@return string? # of a job that waits or runs
function M.job(words)
  if M.is_id(words) then
    return words:lower()
  end
  local jobs = vim.tbl_map(function(id)
    return state.get().jobs[id]
  end, require("lofi.generation").active())
  local found = M.among(jobs, words)
  return found and found.track_id
end

return M
