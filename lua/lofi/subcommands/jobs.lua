--- What asks for tracks, and what becomes of them on the way.
local answers = require("lofi.subcommands.answers")
local arguments = require("lofi.arguments")
local notice = require("lofi.notice")
local offers = require("lofi.offers")
local refer = require("lofi.refer")
local text = require("lofi.text")

local lofi = require("lofi")
local misused, told, offer, parsed = answers.misused, answers.told, answers.offer, answers.parsed

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

return M
