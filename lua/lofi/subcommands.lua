--- What each `:Lofi …` does, takes and completes.
local arguments = require("lofi.arguments")
local errors = require("lofi.errors")
local notice = require("lofi.notice")
local offers = require("lofi.offers")
local refer = require("lofi.refer")
local text = require("lofi.text")

local lofi = require("lofi")

---@param should string
---@return nil
local function misused(should)
  notice.failed(errors.new("INVALID_PARAMS", should, ":help :Lofi"))
end

---A callback that says an error, or what was done.
---@param words? string|fun(result: table): string?
---@return lofi.Callback
local function told(words)
  return function(err, result)
    if err then
      return notice.failed(err)
    end
    local said = type(words) == "function" and words(result) or words
    if said then
      notice.say(said --[[@as string]])
    end
  end
end

---@param result lofi.Playback
---@return string
local function volume(result)
  local percent = ("volume %d"):format(math.floor((tonumber(result.volume) or 0) * 100 + 0.5))
  return percent .. (result.muted and ", muted" or "")
end

---@param ... string
---@return fun(): string[]
local function offer(...)
  local words = { ... }
  return function()
    return words
  end
end

---Runs `fn` with what the rest of the line says, or says what is wrong with it.
---@param line string
---@param keys table<string, { read: lofi.Reading }>
---@param fn fun(words: string[], settings: table)
local function parsed(line, keys, fn)
  local words, settings = arguments.parse(line, keys)
  if not words then
    return notice.failed(settings --[[@as lofi.Error]])
  end
  fn(words, settings)
end

---@type table<string, lofi.Subcommand>
local M = {}

M.generate = {
  desc = "make a track from a prompt; with a range, from the marked text; !: before all others",
  usage = "{prompt} [duration=] [seed=] [backend=] [style=] [steps=] [guidance=]",
  bang = true,
  range = true,
  complete = offers.prompt,
  impl = function(call)
    local opts, err = arguments.generate(call.rest)
    if not opts then
      return notice.failed(err --[[@as lofi.Error]])
    end
    opts.prompt = vim.trim(opts.prompt .. " " .. (call.selection or ""))
    opts.priority = call.bang and "high" or opts.priority
    if opts.prompt == "" and not opts.style then
      return require("lofi.ui.studio").prompt("")
    end
    opts.on_start = function(id)
      local job = require("lofi.state").get().jobs[id]
      if job and job.position > 0 then
        notice.aside(("%s waits, %d before it"):format(text.clean(job.prompt), job.position))
      end
    end
    lofi.generate(opts)
  end,
}

M.again = {
  desc = "the last prompt again, as another take",
  usage = "[seed=same|NUMBER]",
  complete = offer("seed=same"),
  impl = function(call)
    local keys = {
      seed = {
        read = function(value)
          if value == "same" or value == "new" then
            return value
          end
          return arguments.whole(0, 4294967295)(value)
        end,
      },
    }
    parsed(call.rest, keys, function(words, settings)
      if #words > 0 then
        return misused(":Lofi again takes no prompt")
      end
      lofi.again({ seed = settings.seed ~= "new" and settings.seed or nil })
    end)
  end,
}

M.variations = {
  desc = "several takes of the last prompt",
  usage = "{count}",
  complete = offer("2", "3", "4"),
  impl = function(call)
    local count = call.rest == "" and 3 or tonumber(call.rest)
    if not count then
      return misused(":Lofi variations takes a number from 1 to 9")
    end
    lofi.variations(count)
  end,
}

M.cancel = {
  desc = "give up the running job, one that is named, or all",
  usage = "[track|all]",
  complete = offers.jobs,
  impl = function(call)
    local id = call.rest ~= "" and call.rest ~= "all" and refer.job(call.rest) or nil
    if call.rest ~= "" and call.rest ~= "all" and not id then
      return misused(("no job is called %q"):format(call.rest))
    end
    lofi.cancel(call.rest == "all" and "all" or id, told())
  end,
}

M.queue = {
  desc = "the jobs that run and wait",
  impl = function()
    require("lofi.picker").queue()
  end,
}

M.move = {
  desc = "move a waiting job",
  usage = "{job} {position}",
  complete = offers.jobs,
  impl = function(call)
    local words, position = call.rest:match("^(.-)%s+(%d+)$")
    local id = words and refer.job(words)
    if not id then
      return misused(":Lofi move takes a job and how many shall be before it")
    end
    lofi.move(id, tonumber(position) --[[@as integer]], told())
  end,
}

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

M.radio = {
  desc = "music without end, from a prompt or a style",
  usage = "[prompt|style|off]",
  range = true,
  complete = function(rest, lead)
    return vim.list_extend({ "off" }, offers.radio(rest, lead))
  end,
  impl = function(call)
    if call.rest == "off" or call.rest == "stop" then
      return lofi.radio(false, told())
    end
    lofi.radio(vim.trim(call.rest .. " " .. (call.selection or "")), told())
  end,
}

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

M.library = {
  desc = "the finished tracks",
  impl = function()
    require("lofi.picker").library()
  end,
}

M.favorite = {
  desc = "make a track a favourite, or no longer; alone, the current one",
  usage = "[track]",
  complete = offers.tracks,
  impl = function(call)
    refer.track(call.rest, function(id)
      lofi.favorite(
        id,
        nil,
        told(function(track)
          local prompt = text.clean(track.prompt)
          return prompt .. (track.favorite and " is a favourite" or " is no favourite any more")
        end)
      )
    end)
  end,
}

M.delete = {
  desc = "remove a track; ! does not ask",
  usage = "{track}",
  bang = true,
  complete = offers.tracks,
  impl = function(call)
    if call.rest == "" then
      return misused(":Lofi delete takes a track")
    end
    refer.track(call.rest, function(id)
      local function delete()
        lofi.delete(id --[[@as string]], told("deleted"))
      end
      if call.bang then
        return delete()
      end
      local prompt = ("delete %s?"):format(call.rest)
      vim.ui.select(
        { "keep it", "delete it" },
        { prompt = prompt, kind = "lofi_delete" },
        function(_, at)
          if at == 2 then
            delete()
          end
        end
      )
    end)
  end,
}

M.export = {
  desc = "copy the current track to a file: .wav, .flac, .ogg, .mp3; ! replaces one",
  usage = "[path]",
  bang = true,
  complete = function(_, lead)
    return vim.fn.getcompletion(lead, "file")
  end,
  impl = function(call)
    local path = call.rest ~= "" and call.rest or nil
    lofi.export(
      nil,
      { path = path, force = call.bang },
      told(function(result)
        return "exported to " .. vim.fn.fnamemodify(result.path, ":~")
      end)
    )
  end,
}

M.prompts = {
  desc = "earlier prompts, to use again",
  impl = function()
    require("lofi.picker").prompts()
  end,
}

M.styles = {
  desc = "the styles, to choose from",
  impl = function()
    require("lofi.picker").styles()
  end,
}

M.backends = {
  desc = "what can make music, to choose from",
  impl = function()
    require("lofi.picker").backends()
  end,
}

M.download = {
  desc = "fetch a backend's model; asks before, and ! agrees to its size and licence",
  usage = "{backend}|cancel {backend}",
  bang = true,
  complete = offers.backends,
  impl = function(call)
    local given_up = call.rest:match("^cancel%s+(%S+)$")
    if given_up then
      return lofi.download_cancel(given_up, told())
    elseif not call.rest:match("^%S+$") then
      return misused(":Lofi download takes a backend")
    end
    lofi.download(call.rest, { consent = call.bang or nil })
  end,
}

M.studio = {
  desc = "everything in one window",
  impl = function()
    lofi.studio()
  end,
}

M.log = {
  desc = "the log of the plugin and the daemon",
  impl = function()
    require("lofi.log").open()
  end,
}

M.health = {
  desc = "whether all is well: :checkhealth lofi",
  impl = function()
    vim.cmd.checkhealth("lofi")
  end,
}

M.install = {
  desc = "install the daemon, or bring it up to date",
  usage = "[again|cancel|none|extra ...]",
  complete = function(_, lead)
    return require("lofi.install").complete(lead)
  end,
  impl = function(call)
    require("lofi.install").command(vim.split(call.rest, "%s+", { trimempty = true }))
  end,
}

M.restart = {
  desc = "end the daemon and start a new one",
  impl = function()
    lofi.restart(told("the daemon was started again"))
  end,
}

M.shutdown = {
  desc = "end the daemon; what waits is given up",
  impl = function()
    lofi.shutdown(told("the daemon has ended"))
  end,
}

M.skip = { desc = "next", impl = M.next.impl, alias = "next" }
M.previous = { desc = "prev", impl = M.prev.impl, alias = "prev" }
M.favourite = { desc = "favorite", impl = M.favorite.impl, alias = "favorite" }

return M
