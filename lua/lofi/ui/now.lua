--- The part of the studio that says what plays. Pure: state in, rows out.
local columns = require("lofi.ui.columns")
local text = require("lofi.text")

local M = {}

---@class lofi.ui.View what a rendering depends on besides the state
---@field width integer cells of a line
---@field icons lofi.ui.Icons
---@field now number seconds since 1970
---@field keys table<string, string> the key of each action that has one
---@field armed? string id of the row that goes when its key is pressed again
---@field notice? { message: string, hint?: string, hl: string } the answer to the last key
---@field dismissed? table<string, integer> order of failures that were read, by track id
---@field left? table<string, number> seconds until a job is done, by track id

---@class lofi.ui.Row one thing of the studio, on one line or several
---@field id? string the same as long as the thing is the same; none: nothing can be done with it
---@field kind string
---@field item? table
---@field lines lofi.ui.Chunk[][]

---Cells that a name is to have before bars and further columns get any.
M.NAME = 24

---Cells of the bars, so that those of all sections stand below one another.
---@param view lofi.ui.View
---@return integer
function M.bar_width(view)
  return math.max(8, math.min(40, math.floor(view.width / 4)))
end

---Where playing is by now, between the daemon's messages.
---@param playback lofi.Playback
---@param now number seconds since 1970
---@return number seconds
function M.position(playback, now)
  local at = playback.position
  local position = at.position + (at.playing and math.max(0, now - at.at) or 0)
  return math.min(position, tonumber(playback.duration_sec) or math.huge)
end

---@param timer lofi.Timer
---@param now number
---@return number seconds
function M.timer_left(timer, now)
  local left = (tonumber(timer.remaining_sec) or 0) - math.max(0, now - (tonumber(timer.at) or now))
  return math.max(0, left)
end

---@param playback lofi.Playback
---@return string
function M.title(playback)
  local radio = playback.radio
  local named = playback.title or (playback.track or {}).prompt or (radio or {}).title
  return text.clean(named or (radio or {}).prompt or "")
end

---Lines that say what is wrong and, if anything helps, what.
---@param message string
---@param hint? string
---@param view lofi.ui.View
---@param hl? string of the message
---@return lofi.ui.Chunk[][]
function M.advice(message, hint, view, hl)
  local lines = {}
  for _, line in ipairs(columns.wrap(text.clean(message), view.width - 2, 3, view.icons)) do
    lines[#lines + 1] = { { "  " }, { line, hl or "LofiError" } }
  end
  local arrow = view.icons.hint .. " "
  local indent = vim.fn.strdisplaywidth(arrow)
  local room = view.width - 2 - indent
  local hints = hint and hint ~= "" and columns.wrap(text.clean(hint), room, 3, view.icons) or {}
  for index, line in ipairs(hints) do
    local lead = index == 1 and arrow or (" "):rep(indent)
    lines[#lines + 1] = { { "  " }, { lead .. line, "LofiHint" } }
  end
  return lines
end

---@param title lofi.ui.Cell[] mark and name
---@param share? number of the bar; none: no bar
---@param time string
---@param volume string
---@param view lofi.ui.View
---@return lofi.ui.Chunk[]
local function line(title, share, time, volume, view)
  local bar = { bar = share, width = M.bar_width(view), drop = 1 }
  local cells = vim.list_extend({}, title)
  vim.list_extend(cells, {
    share and bar or { text = "", width = bar.width, drop = 1 },
    {
      text = time,
      hl = "LofiTime",
      width = math.max(11, vim.fn.strdisplaywidth(time)),
      right = true,
    },
    { text = volume, hl = "LofiDim", width = 8, right = true, drop = 2 },
  })
  return columns.line(cells, view.width, view.icons)
end

---@param playback lofi.Playback
---@return string
local function volume(playback)
  if playback.muted then
    return "muted"
  end
  return ("vol %d%%"):format(playback.volume * 100 + 0.5)
end

---@param playback lofi.Playback
---@param view lofi.ui.View
---@return lofi.ui.Row
local function playing(playback, view)
  local paused = playback.state == "paused"
  local icon = paused and view.icons.pause or view.icons.play
  local position = M.position(playback, view.now)
  local duration = tonumber(playback.duration_sec) or 0
  local time = text.clock(position)
  if duration > 0 then
    time = time .. " / " .. text.clock(duration)
  end
  local hl = paused and "LofiDim" or "LofiPlaying"
  local name = {
    { text = icon, hl = hl },
    { text = M.title(playback), hl = hl, grow = true, min = M.NAME, gap = 1 },
  }
  local share = duration > 0 and position / duration or nil
  return {
    id = "now",
    kind = "now",
    item = playback,
    lines = { line(name, share, time, volume(playback), view) },
  }
end

---@param playback? lofi.Playback
---@param view lofi.ui.View
---@return lofi.ui.Row
local function silence(playback, view)
  local hint = view.keys.radio and ("%s starts the radio"):format(view.keys.radio)
  local name = columns.facts({ "nothing plays", hint }, view.width - 10, view.icons)
  local cells = { { text = " " }, { text = name, hl = "LofiDim", grow = true, gap = 1 } }
  if playback then
    cells[3] = { text = volume(playback), hl = "LofiDim", width = 8, right = true, drop = 1 }
  end
  return { id = "now", kind = "now", lines = { columns.line(cells, view.width, view.icons) } }
end

local SOURCES = { engine = "live engine", generated = "generated", favourite = "a favourite" }

---@param radio lofi.Radio
---@return string[] the most important first
local function radio_facts(radio)
  local facts = { text.clean(radio.prompt or radio.style) }
  facts[#facts + 1] = SOURCES[radio.source]
  if radio.next_ready then
    facts[#facts + 1] = "next is ready"
  elseif radio.generating then
    facts[#facts + 1] = "next is being made"
  end
  local bpm, intensity, kept = tonumber(radio.bpm), tonumber(radio.intensity), tonumber(radio.kept)
  facts[#facts + 1] = bpm and ("%d bpm"):format(bpm + 0.5)
  facts[#facts + 1] = radio.key and text.clean(radio.key)
  facts[#facts + 1] = kept and kept > 0 and ("%d kept"):format(kept) or nil
  facts[#facts + 1] = intensity and ("intensity %d%%"):format(intensity * 100 + 0.5)
  for layer, on in vim.spairs(type(radio.layers) == "table" and radio.layers or {}) do
    facts[#facts + 1] = not on and "no " .. text.clean(layer) or nil
  end
  return facts
end

---@param radio lofi.Radio
---@param view lofi.ui.View
---@return lofi.ui.Row
local function on_air(radio, view)
  local facts = columns.facts(radio_facts(radio), view.width - 8, view.icons)
  local chunks = { { "  " }, { "radio ", "LofiRunning" }, { facts, "LofiDim" } }
  return { id = "radio", kind = "radio", item = radio, lines = { chunks } }
end

---@param timer lofi.Timer
---@param view lofi.ui.View
---@return lofi.ui.Row
local function countdown(timer, view)
  local left = M.timer_left(timer, view.now)
  local rest = timer.phase == "break"
  local whole = (tonumber(rest and timer.break_min or timer.focus_min) or 0) * 60
  local round = tonumber(timer.round)
  local facts = { rest and "break" or "focus", round and ("round %d"):format(round) }
  local name = columns.facts(facts, view.width - 14, view.icons)
  local cells =
    { { text = " " }, { text = name, hl = "LofiDim", grow = true, min = M.NAME, gap = 1 } }
  local share = whole > 0 and 1 - left / whole or nil
  local time = text.clock(left) .. " left"
  return {
    id = "timer",
    kind = "timer",
    item = timer,
    lines = { line(cells, share, time, "", view) },
  }
end

---@param daemon lofi.State.Daemon
---@param view lofi.ui.View
---@return lofi.ui.Row?
local function trouble(daemon, view)
  if daemon.status == "failed" then
    return {
      id = "daemon",
      kind = "daemon",
      lines = M.advice(daemon.message or "it failed", nil, view),
    }
  elseif daemon.status == "restarting" then
    local message = daemon.message or "the daemon is being restarted"
    return { id = "daemon", kind = "daemon", lines = M.advice(message, nil, view, "LofiWarning") }
  end
end

---@param state lofi.State
---@param view lofi.ui.View
---@return lofi.ui.Row[]
function M.rows(state, view)
  local rows = {}
  local playback = state.playback
  rows[#rows + 1] = trouble(state.daemon, view)
  if playback and playback.state ~= "stopped" then
    rows[#rows + 1] = playing(playback, view)
  else
    rows[#rows + 1] = silence(playback, view)
  end
  local radio, timer = state.radio, state.timer
  rows[#rows + 1] = radio and on_air(radio, view)
  rows[#rows + 1] = timer and countdown(timer, view)
  local problem = playback and playback.problem
  if problem then
    local lines = M.advice(problem.message, problem.recovery, view, "LofiWarning")
    rows[#rows + 1] = { id = "problem", kind = "problem", item = problem, lines = lines }
  end
  local notice = view.notice
  if notice and not (problem and problem.message == notice.message) then
    local lines = M.advice(notice.message, notice.hint, view, notice.hl)
    rows[#rows + 1] = { id = "notice", kind = "notice", item = notice, lines = lines }
  end
  return rows
end

return M
