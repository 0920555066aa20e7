--- All there is to know about one row, as a page. Pure: row in, lines out.
local columns = require("lofi.ui.columns")
local text = require("lofi.text")

local M = {}

---@param value any
---@return string?
local function number(value)
  return type(value) == "number" and ("%.0f"):format(value) or nil
end

---@param track lofi.Track
---@return { [1]: string, [2]: string? }[]
local function of_track(track)
  local made = tonumber(track.generation_time_sec)
  local bytes, rate = tonumber(track.bytes), tonumber(track.sample_rate)
  return {
    { "length", text.clock(track.duration_sec) },
    { "backend", track.backend },
    { "model", track.model_version },
    { "licence", track.licence },
    { "seed", number(track.seed) },
    { "made", track.created_at },
    { "took", made and ("%.1f s"):format(made) },
    { "sound", rate and ("%.1f kHz"):format(rate / 1000) },
    { "size", bytes and ("%.1f MB"):format(bytes / 1e6) },
    { "played", number(track.plays) },
    { "file", track.path },
    { "id", track.track_id },
  }
end

---@param job lofi.State.Job
---@return { [1]: string, [2]: string? }[]
local function of_job(job)
  local err = job.error or {}
  return {
    { "status", job.status },
    { "length", job.duration_sec and text.clock(job.duration_sec) },
    { "backend", job.backend },
    { "seed", number(job.seed) },
    { "priority", job.priority },
    { "error", err.name },
    { "why", err.message },
    { "advice", err.hint },
    { "id", job.track_id },
  }
end

---@type table<string, fun(item: table): { [1]: string, [2]: string? }[]>
local FACTS = { track = of_track, job = of_job, failed = of_job }

---@param row lofi.ui.Row
---@return lofi.ui.Row
local function what_plays(row)
  local track = row.kind == "now" and (row.item or {}).track
  return track and { kind = "track", item = track } or row
end

---@param row lofi.ui.Row
---@param width integer at most
---@param icons lofi.ui.Icons
---@return lofi.ui.Chunk[][]? nil: there is no more to know
function M.page(row, width, icons)
  row = what_plays(row)
  local facts = FACTS[row.kind]
  if not facts then
    return nil
  end
  local lines = {}
  for _, line in ipairs(columns.wrap(text.clean(row.item.prompt), width, 20, icons)) do
    lines[#lines + 1] = { { line, "LofiSection" } }
  end
  for _, fact in ipairs(facts(row.item)) do
    local value = fact[2] and text.clean(fact[2]) or ""
    for index, line in ipairs(value ~= "" and columns.wrap(value, width - 10, 20, icons) or {}) do
      local label = ("%-10s"):format(index == 1 and fact[1] or "")
      lines[#lines + 1] = { { label, "LofiDim" }, { line } }
    end
  end
  return lines
end

return M
