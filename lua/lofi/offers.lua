--- What `:Lofi` offers while one types: read from the mirror, never waited for.
local catalogue = require("lofi.catalogue")
local state = require("lofi.state")
local text = require("lofi.text")

local M = {}

---Has the daemon say what is not known yet; the next <Tab> will see it.
---@param known boolean
---@param ask fun(cb: fun())
local function learn(known, ask)
  if not known then
    ask(function() end)
  end
end

---@return string[]
function M.backends()
  local known = state.get().backends
  learn(#known > 0, catalogue.get_backends)
  local names = vim.tbl_map(function(backend)
    return backend.type
  end, known)
  return vim.list_extend(names, { "auto" })
end

---@return string[] # names without spaces
function M.styles()
  return vim.tbl_map(function(style)
    return catalogue.slug(style.name)
  end, catalogue.known_styles())
end

---@return string[] # as one would write them in a prompt
function M.style_names()
  return vim.tbl_map(function(style)
    return style.name:lower()
  end, catalogue.known_styles())
end

---Phrases of which the beginning is typed, each from the word before the cursor on.
---@param phrases string[]
---@param typed string
---@param lead string the last word of it
---@return string[]
local function continued(phrases, typed, lead)
  local found, seen = {}, {}
  for _, phrase in ipairs(phrases) do
    local begins = phrase:sub(1, #typed):lower() == typed:lower()
    local rest = phrase:sub(#typed - #lead + 1)
    if begins and rest ~= "" and not seen[rest] then
      seen[rest] = true
      found[#found + 1] = rest
    end
  end
  return found
end

---Tracks by their prompts.
---@param typed string
---@param lead string
---@return string[]
function M.tracks(typed, lead)
  local library = state.get().library
  learn(library.loaded, function(cb)
    require("lofi.library").list(nil, cb)
  end)
  return continued(
    vim.tbl_map(function(track)
      return text.clean(track.prompt)
    end, library.tracks),
    typed,
    lead
  )
end

---Jobs that wait or run, by their prompts.
---@param typed string
---@param lead string
---@return string[]
function M.jobs(typed, lead)
  local prompts = { "all" }
  for _, id in ipairs(require("lofi.generation").active()) do
    prompts[#prompts + 1] = text.clean(state.get().jobs[id].prompt)
  end
  return continued(prompts, typed, lead)
end

local VALUES = {
  backend = M.backends,
  style = M.styles,
  priority = function()
    return { "normal", "high" }
  end,
  scheduler = function()
    return { "euler", "heun", "pingpong" }
  end,
  duration = function()
    return { "30", "60", "120" }
  end,
  seed = function()
    return { "new" }
  end,
}

---A prompt: styles, and what can be set; after `key=`, its values.
---@param _ string
---@param lead string
---@return string[]
function M.prompt(_, lead)
  local key = lead:match("^(%a[%w_]*)=")
  if key then
    return vim.tbl_map(function(value)
      return key .. "=" .. value
    end, VALUES[key] and VALUES[key]() or {})
  end
  local words = vim.tbl_map(function(name)
    return name .. "="
  end, vim.tbl_keys(require("lofi.arguments").GENERATE))
  table.sort(words)
  return vim.list_extend(words, M.style_names())
end

---@param typed string
---@param lead string
---@return string[]
function M.radio(typed, lead)
  return continued(M.style_names(), typed, lead)
end

---@param _ string
---@param lead string
---@return string[]
function M.steer(_, lead)
  local key = lead:match("^(%a+)=")
  local values = {}
  if key == "like" then
    values = { "more", "less" }
  elseif key == "mute" or key == "unmute" then
    local radio = state.get().radio
    values = radio and vim.tbl_keys(radio.layers or {}) or {}
  elseif not key then
    return { "intensity=", "key=", "bpm=", "mute=", "unmute=", "like=" }
  end
  return vim.tbl_map(function(value)
    return key .. "=" .. value
  end, values)
end

return M
