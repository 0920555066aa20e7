--- The radio and the timer.
local answers = require("lofi.subcommands.answers")
local arguments = require("lofi.arguments")
local offers = require("lofi.offers")
local text = require("lofi.text")

local lofi = require("lofi")
local misused, told, offer, parsed = answers.misused, answers.told, answers.offer, answers.parsed

---@type table<string, lofi.Subcommand>
local M = {}

---@type lofi.Reading
local function layers(value)
  return vim.split(value, ",", { trimempty = true })
end

local STEER = {
  intensity = { read = arguments.number },
  key = { read = arguments.text },
  bpm = { read = arguments.number },
  mute = { read = layers },
  unmute = { read = layers },
  like = { read = arguments.one_of("more", "less") },
}

---@param line string
---@return boolean # whether it is about the radio that is running
local function steers(line)
  for word in line:gmatch("%S+") do
    if not STEER[word:match("^(%a+)=")] then
      return false
    end
  end
  return line ~= ""
end

M.radio = {
  desc = "music without end, from a prompt or a style",
  usage = "[prompt|style|off|settings of :Lofi steer]",
  range = true,
  complete = function(rest, lead)
    return vim.list_extend({ "off" }, offers.radio(rest, lead))
  end,
  impl = function(call)
    if call.rest == "off" or call.rest == "stop" then
      return lofi.radio(false, told())
    elseif steers(call.rest) then
      return M.steer.impl(call)
    end
    lofi.radio(vim.trim(call.rest .. " " .. (call.selection or "")), told())
  end,
}

M.steer = {
  desc = "change the running radio",
  usage = "[intensity=0..1] [key=] [bpm=] [mute=layers] [unmute=layers] [like=more|less]",
  complete = offers.steer,
  impl = function(call)
    parsed(call.rest, STEER, function(words, settings)
      if #words > 0 or not next(settings) then
        return misused(":Lofi steer takes " .. M.steer.usage)
      end
      lofi.steer(settings, told())
    end)
  end,
}

M.keep = {
  desc = "save what was just heard on the radio",
  usage = "[seconds]",
  impl = function(call)
    local seconds = tonumber(call.rest)
    if call.rest ~= "" and not seconds then
      return misused(":Lofi keep takes a number of seconds")
    end
    lofi.keep(
      seconds,
      told(function(kept)
        return "kept: " .. text.clean(kept.title or kept.path)
      end)
    )
  end,
}

M.timer = {
  desc = "a timer for work and breaks",
  usage = "[focus minutes] [break minutes] | off",
  complete = offer("off", "25", "50"),
  impl = function(call)
    if call.rest == "off" or call.rest == "stop" then
      return lofi.timer(false, told("no timer"))
    end
    local focus, pause = call.rest:match("^(%d*%.?%d*)%s*(%d*%.?%d*)$")
    if not focus then
      return misused(":Lofi timer takes minutes of work and of break, or off")
    end
    lofi.timer({ focus = tonumber(focus), break_ = tonumber(pause) }, told())
  end,
}

return M
