--- The grammar of `:Lofi`'s arguments. Pure.
---
--- Words are parted by spaces; "…" or '…' around one keeps its spaces and makes it a mere word.
--- `key=value` sets something if the key is known, else it is a word like any other: a number in a
--- prompt is part of the prompt.
local errors = require("lofi.errors")
local text = require("lofi.text")

local M = {}

---@class (exact) lofi.Word
---@field text string without quotes
---@field key? string
---@field value? string
---@field raw string as typed

---@param line string
---@param from integer where a value or a word begins
---@return string? inside
---@return integer? after
local function quoted(line, from)
  local mark = line:sub(from, from)
  if mark ~= '"' and mark ~= "'" then
    return nil
  end
  local stop = line:find(mark, from + 1, true)
  if stop and line:find("^%s", stop + 1) or stop == #line then
    return line:sub(from + 1, stop - 1), stop + 1
  end
end

---@param line string
---@return lofi.Word[]
function M.words(line)
  local words, at = {}, line:find("%S")
  while at do
    local inside, after = quoted(line, at)
    local key = not inside and line:match("^(%a[%w_]*)=", at) or nil
    local value
    if key then
      value, after = quoted(line, at + #key + 1)
    end
    after = after or line:find("%s", at) or #line + 1
    local raw = line:sub(at, after - 1)
    value = value or (key and raw:sub(#key + 2))
    words[#words + 1] = { text = inside or raw, key = key, value = value, raw = raw }
    at = line:find("%S", after)
  end
  return words
end

---@alias lofi.Reading fun(value: string): any, string? what it means, or nil and what it should be

---@param least number
---@param most number
---@return lofi.Reading
function M.whole(least, most)
  return function(value)
    local number = value:match("^%d+$") and tonumber(value)
    if number and number >= least and number <= most then
      return number
    end
    return nil, ("a whole number from %.0f to %.0f"):format(least, most)
  end
end

---@type lofi.Reading
function M.number(value)
  local number = value:match("^[+-]?%d*%.?%d+$") and tonumber(value)
  return number or nil, "a number"
end

---@type lofi.Reading
function M.text(value)
  return value ~= "" and value or nil, "a text"
end

---@param ... string
---@return lofi.Reading
function M.one_of(...)
  local known = { ... }
  return function(value)
    if vim.list_contains(known, value) then
      return value
    end
    return nil, table.concat(known, " or ")
  end
end

---Seconds, written "90", "90s", "1.5m" or "1:30".
---@type lofi.Reading
function M.seconds(value)
  local minutes, rest = value:match("^(%d+):(%d%d)$")
  if minutes then
    return minutes * 60 + rest
  end
  local number, unit = value:match("^(%d+%.?%d*)([sm]?)$")
  if number then
    return tonumber(number) * (unit == "m" and 60 or 1)
  end
  return nil, "seconds (90) or minutes (1:30, 2m)"
end

---@type lofi.Reading
local function seed(value)
  if value == "new" then
    return vim.NIL
  end
  local number, should = M.whole(0, 4294967295)(value)
  return number, should and should .. ", or new"
end

---@class lofi.Key
---@field field string in `lofi.GenerateOpts`
---@field read lofi.Reading
---@field extra? boolean an option of some backends only

---What `generate` takes, besides the words of the prompt.
---@type table<string, lofi.Key>
M.GENERATE = {
  duration = { field = "duration_sec", read = M.seconds },
  seed = { field = "seed", read = seed },
  backend = { field = "backend", read = M.text },
  style = { field = "style", read = M.text },
  priority = { field = "priority", read = M.one_of("normal", "high") },
  steps = { field = "inference_steps", read = M.whole(1, 200) },
  guidance = { field = "guidance_scale", read = M.number },
  scheduler = { field = "scheduler", read = M.one_of("euler", "heun", "pingpong") },
  lyrics = { field = "lyrics", read = M.text, extra = true },
  temperature = { field = "temperature", read = M.number, extra = true },
  top_k = { field = "top_k", read = M.whole(0, 2048), extra = true },
  top_p = { field = "top_p", read = M.number, extra = true },
}

---@param word lofi.Word
---@param keys table<string, { read: lofi.Reading }>
---@return any value
---@return lofi.Error?
local function value_of(word, keys)
  local value, should = keys[word.key].read(word.value)
  if value ~= nil then
    return value
  end
  return nil, errors.new("INVALID_PARAMS", ("%s is not valid: use %s"):format(word.raw, should), "")
end

---A key that nobody knows, but much like one: hardly a word of a prompt.
---@param word lofi.Word
---@param keys table<string, any>
---@return lofi.Error?
local function mistyped(word, keys)
  local near = text.nearest(word.key, vim.tbl_keys(keys))
  if near then
    local message = ("there is no %s=, did you mean %s=?"):format(word.key, near)
    return errors.new("INVALID_PARAMS", message, "quotes make it a part of the prompt")
  end
end

---@param line string
---@param keys table<string, { read: lofi.Reading }>
---@return string[]? words those that set nothing
---@return table<string, any>|lofi.Error settings by key; or what is wrong
function M.parse(line, keys)
  local words, settings = {}, {}
  for _, word in ipairs(M.words(line)) do
    if word.key and keys[word.key] then
      local value, err = value_of(word, keys)
      if err then
        return nil, err
      end
      settings[word.key] = value
    else
      local err = word.key and mistyped(word, keys)
      if err then
        return nil, err
      end
      words[#words + 1] = word.text
    end
  end
  return words, settings
end

---@param line string a prompt with settings in between
---@return lofi.GenerateOpts?
---@return lofi.Error?
function M.generate(line)
  local words, settings = M.parse(line, M.GENERATE)
  if not words then
    return nil, settings --[[@as lofi.Error]]
  end
  local opts = { prompt = table.concat(words, " ") }
  for key, value in pairs(settings) do
    local about = M.GENERATE[key]
    if about.extra then
      opts.options = opts.options or {}
      opts.options[about.field] = value
    else
      opts[about.field] = value
    end
  end
  if opts.duration_sec then
    opts.duration_sec = math.floor(opts.duration_sec + 0.5)
  end
  return opts
end

return M
