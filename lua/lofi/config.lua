--- Settings: defaults, then `vim.g.lofi`, then `setup()`. A bad value keeps its default.
local is = require("lofi.schema")

local M = {}

---The defaults, and what each setting is for. What stands as a comment is unset by default.
---@type lofi.Config
M.defaults = {
  daemon = {
    -- The program and its arguments, as a list or a string. Unset: the environment that
    -- :Lofi install makes, then `lofi-daemon` on $PATH, then this plugin's own folder.
    -- cmd = { "lofi-daemon" },
    env = {}, -- further variables for it, e.g. { LOFI_CACHE_MAX_MB = "2000" }
    -- idle_timeout = 300, -- seconds without work after which it leaves; 0: never
    restart = { 1, 2, 4 }, -- seconds to wait before each new attempt after a crash; {}: none
    timeout = 30, -- seconds to wait for an answer
  },
  backend = "auto", -- who makes the music: "auto" takes the best that is installed
  device = "auto", -- what models compute on: "auto", "cpu", "cuda", "metal"
  -- threads = 4, -- for models; unset: as many as are good
  defaults = {
    duration = 30, -- seconds of a new track
    -- style = "rainy", -- put before every prompt for which no style is given
    -- seed = 42, -- unset: a new one for every track
  },
  player = {
    backend = "auto", -- "auto", "miniaudio", "none", or a program: "mpv", "paplay", "aplay", …
    -- device = "…", -- the output device; unset: the system's
    -- volume = 0.5, -- 0 to 1, set at each start; unset: as it was left
    autoplay = true, -- play a track when it is finished, if nothing plays
    -- crossfade = 2, -- seconds that one track runs into the next; unset: the daemon's
  },
  radio = {
    -- ahead = true, -- make the next track while this one plays; unset: the daemon's
    -- strategy = "same_prompt", -- or "preset_cycle", "random_preset"
    -- presets = { "rainy night", "dusty jazz" }, -- prompts for the last two
    -- trigger = 0.5, -- how far into a track the next is begun; unset: by measured speed
  },
  ui = {
    layout = "float", -- the studio: "float", "right" or "bottom"
    width = 80, -- of the studio in cells, or a share of the screen up to 1
    -- border = "rounded", -- as for nvim_open_win; unset: 'winborder', else "rounded"
    icons = "auto", -- "unicode", "ascii", or a table of one's own; "auto" asks the terminal
    progress = "auto", -- "native" (0.12), "fidget", "notify", "none"; "auto": the first there is
    notify = true, -- with progress = "none": still say when a track is finished
  },
  log = {
    level = "info", -- "debug", "info", "warn", "error" or "off"; :Lofi log shows it
  },
  -- Keys of the studio: key = action, a function, or false for none. g? lists what there is.
  keys = {}, -- in the list, e.g. { ["<Space>"] = "toggle", dd = false }
  prompt_keys = {}, -- in the prompt line
}

local seconds = is.integer(0, 86400)

---@type lofi.Rules
local rules = {
  daemon = {
    cmd = is.any(is.text, is.list(is.text)),
    env = is.map(is.text),
    idle_timeout = seconds,
    restart = is.list(is.number(0, 3600)),
    timeout = is.number(0.05, 3600),
  },
  backend = is.text,
  device = is.text,
  threads = is.integer(1, 256),
  defaults = {
    duration = is.integer(1, 600),
    style = is.text,
    seed = is.integer(0, 4294967295),
  },
  player = {
    backend = is.text,
    device = is.text,
    volume = is.number(0, 1),
    autoplay = is.flag,
    crossfade = is.number(0, 12),
  },
  radio = {
    ahead = is.flag,
    strategy = is.one_of("same_prompt", "preset_cycle", "random_preset"),
    presets = is.list(is.text),
    trigger = is.number(0, 1),
  },
  ui = {
    layout = is.one_of("float", "right", "bottom"),
    width = is.number(0.1, 1000),
    border = is.any(is.text, is.list(is.any(is.text, is.list(is.text)))),
    icons = is.any(is.one_of("auto", "unicode", "ascii"), is.map(is.text)),
    progress = is.one_of("auto", "native", "fidget", "notify", "none"),
    notify = is.flag,
  },
  log = { level = is.one_of("debug", "info", "warn", "error", "off") },
  keys = is.map(is.any(is.text, is.callable, is.one_of(false))),
  prompt_keys = is.map(is.any(is.text, is.callable, is.one_of(false))),
}

---For tests that compare names.
M.rules = rules

---@type lofi.Opts?
local given
---@type lofi.Config?
local current
---@type string[]
local problems = {}

---@return any
local function of_global()
  local value = vim.g.lofi
  if type(value) ~= "function" then
    return value
  end
  local ok, result = pcall(value)
  if ok then
    return result
  end
  problems[#problems + 1] = "vim.g.lofi failed: " .. tostring(result)
end

---@param config lofi.Config
---@param source any
---@return lofi.Config
local function over(config, source)
  if source == nil then
    return config
  end
  local valid, wrong = is.sift(rules, source)
  vim.list_extend(problems, wrong)
  return vim.tbl_deep_extend("force", config, valid)
end

local function report()
  if #problems == 0 then
    return
  end
  local text = "lofi: in the configuration:\n" .. table.concat(problems, "\n")
  vim.schedule(function()
    vim.notify(text, vim.log.levels.WARN, { title = "Lofi" })
  end)
end

---The settings in force. Read on first use; what is wrong with them is told once.
---@return lofi.Config
function M.get()
  if current then
    return current
  end
  problems = {}
  local config = over(over(vim.deepcopy(M.defaults), of_global()), given)
  if type(config.daemon.cmd) == "string" then
    config.daemon.cmd = { config.daemon.cmd }
  end
  current = config
  require("lofi.log").set_level(config.log.level)
  report()
  return config
end

---What is wrong with the configuration; empty if nothing is.
---@return string[]
function M.problems()
  M.get()
  return problems
end

---Settings from `setup()`; they replace those of an earlier call.
---@param opts? lofi.Opts
function M.set(opts)
  given = opts
  current = nil
  M.get()
end

return M
