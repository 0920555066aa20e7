--- Finished tracks, and what one can choose from to make others.
local answers = require("lofi.subcommands.answers")
local offers = require("lofi.offers")
local refer = require("lofi.refer")
local text = require("lofi.text")

local lofi = require("lofi")
local misused, told = answers.misused, answers.told

---@type table<string, lofi.Subcommand>
local M = {}

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

return M
