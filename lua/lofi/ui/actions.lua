--- What the keys of the studio's list do: a name, a line of help and a function each.
--- Asks the daemon through the public API; draws nothing itself.
local M = {}

---@alias lofi.ui.Run fun(desk: lofi.ui.Desk, row: lofi.ui.Row)

---@class lofi.ui.Action
---@field name string
---@field help string
---@field run lofi.ui.Run

---In the order in which the help lists them; a line of text begins a group.
---@type (lofi.ui.Action|string)[]
M.list = {}

local function lofi()
  return require("lofi")
end

local function state()
  return require("lofi.state").get()
end

---@param name string
---@param help string
---@param run lofi.ui.Run
local function action(name, help, run)
  M.list[#M.list + 1] = { name = name, help = help, run = run }
end

---@param title string
local function group(title)
  M.list[#M.list + 1] = title
end

---@param row lofi.ui.Row
---@return lofi.Track? the track of the row; where it has none, the one that plays
local function track_of(row)
  if row.kind == "track" then
    return row.item --[[@as lofi.Track]]
  end
  return row.kind == "now" and (state().playback or {}).track or nil
end

---@param row lofi.ui.Row
---@return string?
local function prompt_of(row)
  local item = row.item or {}
  local prompt = row.kind == "now" and (item.track or {}).prompt or item.prompt
  return type(prompt) == "string" and prompt or nil
end

---@param row lofi.ui.Row
---@return table what made the track or was to make it
local function recipe_of(row)
  local item = row.kind == "now" and (row.item or {}).track or row.item or {}
  local duration = tonumber(item.duration_sec)
  return {
    prompt = prompt_of(row),
    style = "", -- what it names is in the prompt already
    duration_sec = duration and math.floor(duration + 0.5),
    backend = type(item.backend) == "string" and item.backend or nil,
    -- a failed track is asked for once more as it was
    seed = row.kind == "failed" and item.seed or nil,
  }
end

---@param track lofi.Track
---@return boolean whether it plays, or pauses
local function is_on(track)
  local playback = state().playback
  local on = playback and playback.state ~= "stopped" and playback.source == "track"
  return on == true and (playback.track or {}).track_id == track.track_id
end

group("Play")

action("play", "play the track; on what plays: pause or go on; else: details", function(desk, row)
  local track = row.kind == "track" and row.item
  if track and not is_on(track) then
    lofi().play(track.track_id, desk:answer())
  elseif track or row.kind == "now" or row.kind == "radio" then
    lofi().toggle(desk:answer())
  else
    desk:details(row)
  end
end)

action("toggle", "pause, or go on", function(desk)
  lofi().toggle(desk:answer())
end)

action("stop", "stop", function(desk)
  lofi().stop(desk:answer())
end)

action("next", "next track or piece", function(desk)
  lofi().next(desk:answer())
end)

action("previous", "previous track or piece", function(desk)
  lofi().prev(desk:answer())
end)

action("forward", "five seconds forward", function(desk)
  lofi().seek("+5", desk:answer())
end)

action("back", "five seconds back", function(desk)
  lofi().seek("-5", desk:answer())
end)

action("volume_up", "louder", function(desk)
  lofi().volume("+0.05", desk:answer())
end)

action("volume_down", "quieter", function(desk)
  lofi().volume("-0.05", desk:answer())
end)

action("mute", "mute, or no longer", function(desk)
  lofi().mute(nil, desk:answer())
end)

group("Make")

action("prompt", "say what you would like to hear", function(desk)
  desk:write()
end)

action("again", "the same prompt again, as another take", function(desk, row)
  local recipe = recipe_of(row)
  if recipe.prompt then
    desk:dismiss(row)
    desk:make(recipe)
  end
end)

action("edit", "take the prompt into the prompt line", function(desk, row)
  local prompt = prompt_of(row)
  if prompt then
    desk:write(prompt)
  end
end)

action("cancel", "cancel this job; elsewhere: the running one", function(desk, row)
  if row.kind == "download" then
    lofi().download_cancel(row.item.backend, desk:answer())
  else
    lofi().cancel(row.kind == "job" and row.item.track_id or nil, desk:answer())
  end
end)

---@param step integer
---@return lofi.ui.Run
local function move(step)
  return function(desk, row)
    if row.kind == "job" then
      lofi().move(row.item.track_id, math.max(0, row.item.position + step), desk:answer())
    end
  end
end

action("earlier", "make it earlier", move(-1))
action("later", "make it later", move(1))

group("Keep")

action("favorite", "favourite, or no longer", function(desk, row)
  local track = track_of(row)
  if track then
    lofi().favorite(track.track_id, not track.favorite, desk:answer())
  end
end)

---What `remove` does to a row of each kind.
---@type table<string, lofi.ui.Run>
local REMOVE = {
  job = function(desk, row)
    lofi().cancel(row.item.track_id, desk:answer())
  end,
  track = function(desk, row)
    if desk:arm(row.id) then
      lofi().delete(row.item.track_id, desk:answer())
    end
  end,
  download = function(desk, row)
    if row.item.status == "running" then
      lofi().download_cancel(row.item.backend, desk:answer())
    else
      desk:dismiss(row)
    end
  end,
  now = function(desk)
    lofi().stop(desk:answer())
  end,
  radio = function(desk)
    lofi().radio(false, desk:answer())
  end,
  timer = function(desk)
    lofi().timer(false, desk:answer())
  end,
}

action("remove", "cancel a job, delete a track (asks first), dismiss a failure", function(desk, row)
  local run = REMOVE[row.kind] or function()
    desk:dismiss(row)
  end
  run(desk, row)
end)

action("export", "copy it to the folder for exports", function(desk, row)
  local track = track_of(row)
  if track then
    lofi().export(
      track.track_id,
      nil,
      desk:answer(function(result)
        desk:say("exported to " .. tostring(result.path))
      end)
    )
  end
end)

---@param what string
---@param find fun(row: lofi.ui.Row): string?
---@return lofi.ui.Run
local function yank(what, find)
  return function(desk, row)
    local found = find(row)
    if found then
      vim.fn.setreg(vim.v.register, found)
      desk:say(what .. " yanked")
    end
  end
end

action("yank", "yank the prompt", yank("prompt", prompt_of))

action(
  "yank_path",
  "yank the file's path",
  yank("path", function(row)
    return (track_of(row) or {}).path
  end)
)

action("details", "all there is to know", function(desk, row)
  desk:details(row)
end)

group("Radio")

action("radio", "radio like this; elsewhere: on or off", function(desk, row)
  local prompt = (row.kind == "track" or row.kind == "job") and prompt_of(row) or nil
  if not prompt and state().radio then
    lofi().radio(false, desk:answer())
  else
    lofi().radio(prompt, desk:answer())
  end
end)

action("keep", "keep what was just heard", function(desk)
  lofi().keep(
    nil,
    desk:answer(function(kept)
      desk:say("kept: " .. tostring(kept.title or kept.path))
    end)
  )
end)

action("more", "more like this", function(desk)
  lofi().steer({ like = "more" }, desk:answer())
end)

action("less", "less like this", function(desk)
  lofi().steer({ like = "less" }, desk:answer())
end)

---@param step number
---@return lofi.ui.Run
local function intensity(step)
  return function(desk)
    local now = tonumber((state().radio or {}).intensity) or 0.5
    lofi().steer({ intensity = math.max(0, math.min(1, now + step)) }, desk:answer())
  end
end

action("livelier", "livelier", intensity(0.1))
action("calmer", "calmer", intensity(-0.1))

action("steer", "layers, tempo and key", function()
  require("lofi.picker").radio()
end)

action("timer", "focus timer, on or off", function(desk)
  lofi().timer(state().timer and false or nil, desk:answer())
end)

group("Look")

action("styles", "choose a style for the prompt", function(desk)
  require("lofi.picker").styles(function(words)
    desk:write(words)
  end)
end)

action("prompts", "choose an earlier prompt", function(desk)
  require("lofi.picker").prompts(function(words)
    desk:write(words)
  end)
end)

action("backends", "who makes the music", function()
  require("lofi.picker").backends()
end)

action("next_section", "next section", function(desk)
  desk:jump(1)
end)

action("previous_section", "previous section", function(desk)
  desk:jump(-1)
end)

action("switch", "between prompt and list", function(desk)
  desk:switch()
end)

action("help", "these keys", function(desk)
  desk:help()
end)

action("close", "close the studio; the music goes on", function(desk)
  desk:close()
end)

return M
