--- Lists to choose from, through `vim.ui.select`: which picker shows them is the user's choice.
local text = require("lofi.text")

local M = {}

---@class lofi.picker.Choice
---@field label string
---@field run fun()

---@param err lofi.Error
local function complain(err)
  require("lofi.notice").failed(err)
end

---@param items any[]
---@param kind string the last part of the `kind`
---@param title string
---@param format fun(item: any): string
---@param chosen fun(item: any)
local function select(items, kind, title, format, chosen)
  if #items == 0 then
    return require("lofi.notice").say(("nothing to choose from: no %s"):format(title:lower()))
  end
  vim.ui.select(items, {
    prompt = "Lofi: " .. title,
    kind = "lofi." .. kind,
    format_item = format,
  }, function(item)
    if item ~= nil then
      chosen(item)
    end
  end)
end

---@param title string
---@param choices lofi.picker.Choice[]
local function act(title, choices)
  select(choices, "action", text.fit(text.clean(title), 50), function(choice)
    return choice.label
  end, function(choice)
    choice.run()
  end)
end

local function icons()
  return require("lofi.ui.icons").get(require("lofi.config").get().ui.icons)
end

---@param track lofi.Track
---@return string
function M.track_line(track)
  local signs = icons()
  local ago = require("lofi.ui.when").ago(track.created_at, require("lofi.clock").now())
  local mark = track.favorite == true and signs.favorite
    or (" "):rep(vim.fn.strdisplaywidth(signs.favorite))
  local facts = { text.clock(track.duration_sec), text.clean(track.backend), ago }
  local name = text.pad(text.clean(track.prompt), 40)
  return ("%s %s  %s"):format(mark, name, table.concat(facts, (" %s "):format(signs.separator)))
end

---@param track lofi.Track
local function delete(track)
  local lofi = require("lofi")
  act(("delete %s?"):format(track.prompt), {
    { label = "Keep it", run = function() end },
    {
      label = "Delete it",
      run = function()
        lofi.delete(track.track_id)
      end,
    },
  })
end

---@param track lofi.Track
local function on_track(track)
  local lofi = require("lofi")
  local function with(name, ...)
    local arguments = { ... }
    return function()
      lofi[name](unpack(arguments))
    end
  end
  act(track.prompt, {
    { label = "Play", run = with("play", track.track_id) },
    {
      label = track.favorite and "No longer a favourite" or "Favourite",
      run = with("favorite", track.track_id, not track.favorite),
    },
    {
      label = "Again, as another take",
      run = with("generate", { prompt = track.prompt, style = "" }),
    },
    { label = "Radio like this", run = with("radio", track.prompt) },
    { label = "Export", run = with("export", track.track_id) },
    {
      label = "Yank the path",
      run = function()
        vim.fn.setreg(vim.v.register, track.path)
      end,
    },
    {
      label = "Delete",
      run = function()
        delete(track)
      end,
    },
  })
end

---The finished tracks, then what to do with one.
function M.library()
  require("lofi").library(nil, function(err, tracks)
    if err then
      return complain(err)
    end
    select(tracks or {}, "library", "Tracks", M.track_line, on_track)
  end)
end

---@param job lofi.State.Job
---@return string
local function job_line(job)
  local signs = icons()
  local runs = job.status ~= "queued"
  local facts = runs and ("%d%%"):format(job.percent) or "waiting"
  local icon = runs and signs.running or signs.waiting
  return ("%s %s  %s"):format(icon, text.pad(text.clean(job.prompt), 40), facts)
end

---@param job lofi.State.Job
local function on_job(job)
  local lofi = require("lofi")
  local choices = {
    {
      label = "Cancel",
      run = function()
        lofi.cancel(job.track_id)
      end,
    },
  }
  if job.status == "queued" then
    choices[#choices + 1] = {
      label = "Make it next",
      run = function()
        lofi.move(job.track_id, 1)
      end,
    }
  end
  act(job.prompt, choices)
end

---What runs and waits, then what to do with it.
function M.queue()
  local jobs = require("lofi.ui.queue").active(require("lofi.state").get())
  select(jobs, "queue", "Jobs", job_line, on_job)
end

---@param words string
local function into_prompt(words)
  require("lofi.ui.studio").prompt(words)
end

---The styles; by default the chosen one goes into the studio's prompt line.
---@param done? fun(words: string)
function M.styles(done)
  require("lofi").styles(function(err, styles)
    if err then
      return complain(err)
    end
    select(styles or {}, "styles", "Styles", function(style)
      return text.clean(style.name)
    end, function(style)
      (done or into_prompt)(text.clean(style.name):lower())
    end)
  end)
end

---Prompts typed before and those of the tracks, each once, the newest first.
---@return string[]
function M.earlier_prompts()
  local prompts, seen = {}, {}
  local function add(prompt)
    prompt = text.clean(prompt)
    if prompt ~= "" and not seen[prompt] then
      seen[prompt] = true
      prompts[#prompts + 1] = prompt
    end
  end
  local typed = require("lofi.ui.history").read()
  for index = #typed, 1, -1 do
    add(typed[index])
  end
  for _, track in ipairs(require("lofi.state").get().library.tracks) do
    add(track.prompt)
  end
  return prompts
end

---Earlier prompts; by default the chosen one goes into the studio's prompt line.
---@param done? fun(words: string)
function M.prompts(done)
  select(M.earlier_prompts(), "prompts", "Prompts", tostring, done or into_prompt)
end

---@param how table as for `lofi.steer`
---@return fun()
local function steer(how)
  return function()
    require("lofi").steer(how)
  end
end

local function ask_for_key()
  vim.ui.input({ prompt = "Lofi: key, such as D minor: " }, function(key)
    if key and vim.trim(key) ~= "" then
      require("lofi").steer({ key = vim.trim(key) })
    end
  end)
end

---@param radio lofi.Radio
---@return lofi.picker.Choice[]
local function ways_to_steer(radio)
  local choices = {}
  local function add(label, run)
    choices[#choices + 1] = { label = label, run = run }
  end
  for layer, on in vim.spairs(type(radio.layers) == "table" and radio.layers or {}) do
    local label = (on and "Without %s" or "With %s again"):format(text.clean(layer))
    add(label, steer({ [on and "mute" or "unmute"] = { layer } }))
  end
  local bpm = tonumber(radio.bpm)
  if bpm then
    for label, step in vim.spairs({ Faster = 5, Slower = -5 }) do
      local to = math.floor(bpm + step + 0.5)
      add(("%s, %d bpm"):format(label, to), steer({ bpm = to }))
    end
  end
  add("In another key", ask_for_key)
  return choices
end

---Layers, tempo and key of the radio that plays.
function M.radio()
  local radio = require("lofi.state").get().radio
  if not radio then
    return require("lofi.notice").say("the radio is off: :Lofi radio starts it")
  end
  act("the radio", ways_to_steer(radio))
end

---@type table<string, string>
local STATUS = {
  ready = "ready",
  not_installed = "its model is not here",
  downloading = "being downloaded",
  loading = "being loaded",
  error = "does not work",
}

---@param backend lofi.Backend
---@return string
local function backend_line(backend)
  local status = STATUS[backend.status] or backend.status
  return ("%s  %s: %s"):format(
    text.pad(text.clean(backend.name), 14),
    text.clean(status),
    text.clean(backend.summary)
  )
end

---@param backend lofi.Backend
local function on_backend(backend)
  if backend.status ~= "ready" then
    return require("lofi").download(backend.type)
  end
  require("lofi.config").get().backend = backend.type
  require("lofi.notice").say(
    ("new tracks are made by %s, in this session"):format(text.clean(backend.name))
  )
end

---Who can make music; the chosen one is used from now on, or its model downloaded.
function M.backends()
  require("lofi").get_backends(function(err, backends)
    if err then
      return complain(err)
    end
    select(backends or {}, "backends", "Backends", backend_line, on_backend)
  end)
end

return M
