--- What is heard: playing, its volume, and the playlist.
local answers = require("lofi.subcommands.answers")
local arguments = require("lofi.arguments")
local notice = require("lofi.notice")
local offers = require("lofi.offers")
local refer = require("lofi.refer")
local text = require("lofi.text")

local lofi = require("lofi")
local misused, told, volume, offer = answers.misused, answers.told, answers.volume, answers.offer

---@type table<string, lofi.Subcommand>
local M = {}

M.play = {
  desc = "play a track, or go on, or play the newest",
  usage = "[track]",
  complete = offers.tracks,
  impl = function(call)
    refer.track(call.rest, function(id)
      lofi.play(id, told())
    end)
  end,
}

for name, desc in pairs({
  pause = "pause; never goes on",
  resume = "go on after a pause",
  toggle = "pause, or go on",
  stop = "end the sound",
  next = "the next track",
  prev = "the track before, or the beginning of this one",
}) do
  M[name] = {
    desc = desc,
    impl = function(call)
      if call.rest ~= "" then
        return misused((":Lofi %s takes nothing"):format(name))
      end
      lofi[name](told())
    end,
  }
end

M.seek = {
  desc = "go to a place in the track, or some seconds on or back",
  usage = "{seconds|m:ss|+seconds|-seconds}",
  complete = offer("+10", "-10", "0"),
  impl = function(call)
    local sign, rest = call.rest:match("^([+-]?)(.*)$")
    local seconds, should = arguments.seconds(rest)
    if not seconds then
      return misused(":Lofi seek takes " .. should .. ", with + or - from here")
    end
    lofi.seek(sign == "" and seconds or sign .. seconds, told())
  end,
}

M.volume = {
  desc = "set the volume, 0 to 100; with a sign, change it; alone, say it",
  usage = "[+|-][percent]",
  complete = offer("+5", "-5", "25", "50", "75", "100"),
  impl = function(call)
    local sign, number = call.rest:match("^([+-]?)(%d+%.?%d*)%%?$")
    if call.rest ~= "" and not number then
      return misused(":Lofi volume takes 0 to 100, or a step such as +5")
    end
    local level = number and tonumber(number) / 100
    lofi.volume(level and (sign == "" and level or sign .. level) or nil, told(volume))
  end,
}

M.mute = {
  desc = "silence, or sound again",
  usage = "[on|off]",
  complete = offer("on", "off"),
  impl = function(call)
    local muted = ({ on = true, off = false })[call.rest]
    if call.rest ~= "" and muted == nil then
      return misused(":Lofi mute takes on, off or nothing")
    end
    lofi.mute(muted, told(volume))
  end,
}

M.duck = {
  desc = "softer while something else is to be heard",
  usage = "[on|off]",
  complete = offer("on", "off"),
  impl = function(call)
    if call.rest ~= "" and call.rest ~= "on" and call.rest ~= "off" then
      return misused(":Lofi duck takes on, off or nothing")
    end
    lofi.duck(call.rest ~= "off", nil, told())
  end,
}

M.device = {
  desc = "choose where the sound goes",
  usage = "[name|default]",
  complete = offer("default"),
  impl = function(call)
    if call.rest ~= "" then
      return lofi.device(call.rest, told())
    end
    lofi.device(nil, function(err, found)
      if err then
        return notice.failed(err)
      end
      vim.ui.select(found.available or {}, {
        prompt = "Lofi: output device",
        kind = "lofi_device",
        format_item = function(device)
          return text.clean(device.name) .. (device.is_default and " (the system's)" or "")
        end,
      }, function(device)
        if device then
          lofi.device(device.name, told())
        end
      end)
    end)
  end,
}

M.crossfade = {
  desc = "seconds that one track runs into the next, 0 to 12",
  usage = "{seconds}",
  complete = offer("0", "2", "4"),
  impl = function(call)
    local seconds = tonumber(call.rest)
    if not seconds then
      return misused(":Lofi crossfade takes a number of seconds")
    end
    lofi.crossfade(seconds, told())
  end,
}

M.add = {
  desc = "put a track into the playlist",
  usage = "[track]",
  complete = offers.tracks,
  impl = function(call)
    refer.track(call.rest, function(id)
      local current = lofi.current_track()
      id = id or current and current.track_id
      if not id then
        return misused(":Lofi add takes a track")
      end
      lofi.playlist({ add = id }, told())
    end)
  end,
}

M.playlist = {
  desc = "what is played one after another, to choose from",
  usage = "[clear]",
  complete = offer("clear"),
  impl = function(call)
    if call.rest == "clear" then
      return lofi.playlist({ clear = true }, told("the playlist is empty"))
    elseif call.rest ~= "" then
      return misused(":Lofi playlist takes clear or nothing; :Lofi add puts a track into it")
    end
    lofi.playlist(nil, function(err, list)
      if err then
        return notice.failed(err)
      elseif #(list.tracks or {}) == 0 then
        return notice.say("the playlist is empty (:Lofi add puts a track into it)")
      end
      vim.ui.select(list.tracks, {
        prompt = "Lofi: playlist",
        kind = "lofi.playlist",
        format_item = require("lofi.picker").track_line,
      }, function(track)
        if track then
          lofi.play(track.track_id, told())
        end
      end)
    end)
  end,
}

M.loop = {
  desc = "repeat the playlist, one track, or nothing",
  usage = "{off|all|one}",
  complete = offer("off", "all", "one"),
  impl = function(call)
    lofi.playlist({ loop = call.rest }, told())
  end,
}

M.shuffle = {
  desc = "play the playlist in any order, or in its own",
  usage = "[on|off]",
  complete = offer("on", "off"),
  impl = function(call)
    lofi.playlist({ shuffle = call.rest ~= "off" }, told())
  end,
}

return M
