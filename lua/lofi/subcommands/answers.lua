--- What the subcommands of `:Lofi` share: how they answer, and read their arguments.
local arguments = require("lofi.arguments")
local errors = require("lofi.errors")
local notice = require("lofi.notice")

local M = {}

---@param should string
---@return nil
function M.misused(should)
  notice.failed(errors.new("INVALID_PARAMS", should, ":help :Lofi"))
end

---A callback that says an error, or what was done.
---@param words? string|fun(result: table): string?
---@return lofi.Callback
function M.told(words)
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
function M.volume(result)
  local percent = ("volume %d"):format(math.floor((tonumber(result.volume) or 0) * 100 + 0.5))
  return percent .. (result.muted and ", muted" or "")
end

---@param ... string
---@return fun(): string[]
function M.offer(...)
  local words = { ... }
  return function()
    return words
  end
end

---Runs `fn` with what the rest of the line says, or says what is wrong with it.
---@param line string
---@param keys table<string, { read: lofi.Reading }>
---@param fn fun(words: string[], settings: table)
function M.parsed(line, keys, fn)
  local words, settings = arguments.parse(line, keys)
  if not words then
    return notice.failed(settings --[[@as lofi.Error]])
  end
  fn(words, settings)
end

return M
