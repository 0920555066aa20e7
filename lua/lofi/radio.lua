--- The radio and the timer: the public functions, as questions to the daemon.
local ask = require("lofi.ask")
local is = require("lofi.schema")

local M = {}

---@param what? string|false
---@param cb? lofi.Callback
function M.start(what, cb)
  local rules = { what = is.any(is.text, is.one_of(false)) }
  if not ask.valid("radio", rules, { what = what }, cb) then
    return
  end
  if what == false then
    if require("lofi.daemon").is_running() then
      return ask.call("radio_stop", nil, cb)
    end
    return ask.tell(cb, nil, {})
  end
  local config = require("lofi.config").get()
  what = what ~= "" and what or config.defaults.style
  local style = what and require("lofi.catalogue").style(what)
  ask.call("radio_start", {
    style = style and style.id or nil,
    prompt = not style and what or nil,
    backend = config.backend ~= "auto" and config.backend or nil,
  }, cb)
end

---@type lofi.Rules
local STEER = {
  intensity = is.number(0, 1),
  key = is.text,
  bpm = is.number(20, 300),
  mute = is.list(is.text),
  unmute = is.list(is.text),
  like = is.one_of("more", "less"),
}

---@param how table
---@param cb? lofi.Callback
function M.steer(how, cb)
  ask.callback("steer", cb)
  local err = ask.check("steer", STEER, how)
  if err then
    return ask.tell(cb, err)
  end
  ask.call("radio_steer", how, cb)
end

---@param seconds? number
---@param cb? lofi.Callback
function M.keep(seconds, cb)
  if ask.valid("keep", { seconds = is.number(1, 600) }, { seconds = seconds }, cb) then
    ask.call("keep", { seconds = seconds }, cb)
  end
end

local TIMER = { focus = is.number(1, 600), break_ = is.number(1, 600) }

---@param minutes? { focus?: number, break_?: number }|false
---@param cb? lofi.Callback
function M.timer(minutes, cb)
  ask.callback("timer", cb)
  if minutes == false then
    return ask.call("timer_stop", nil, cb)
  end
  minutes = minutes or {}
  local err = ask.check("timer", TIMER, minutes)
  if err then
    return ask.tell(cb, err)
  end
  ask.call("timer_start", { focus_min = minutes.focus, break_min = minutes.break_ }, cb)
end

return M
