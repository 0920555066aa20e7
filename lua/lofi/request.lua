--- What somebody asks for, checked, and as the daemon is asked for it.
local ask = require("lofi.ask")
local errors = require("lofi.errors")
local is = require("lofi.schema")

local M = {}

local SEED = is.integer(0, 4294967295)

---@type lofi.Rules
local RULES = {
  prompt = is.text,
  style = is.text,
  duration_sec = is.integer(1, 3600),
  seed = is.any(SEED, is.one_of(vim.NIL)),
  priority = is.one_of("normal", "high"),
  backend = is.text,
  inference_steps = is.integer(1, 1000),
  guidance_scale = is.number(0, 100),
  scheduler = is.text,
  options = is.type("table", "a table of the backend's options"),
  on_start = is.callable,
}

---Short names, as in `:Lofi generate`.
local SHORT = { duration = "duration_sec", steps = "inference_steps", guidance = "guidance_scale" }

for short, long in pairs(SHORT) do
  RULES[short] = RULES[long]
end

---@param style string a style's id or name
---@return string # as words for a prompt
local function words(style)
  local known = require("lofi.catalogue").style(style)
  return known and known.name:lower() or (style:gsub("[_-]+", " "))
end

---@param opts lofi.GenerateOpts
---@return string
local function prompt_of(opts)
  local prompt = vim.trim(opts.prompt or "")
  local style = opts.style or require("lofi.config").get().defaults.style
  if not style or style == "" then
    return prompt
  end
  local named = words(style)
  if prompt:lower():find(named:lower(), 1, true) then
    return prompt
  end
  return prompt == "" and named or named .. ", " .. prompt
end

---@param opts lofi.GenerateOpts as `understood` gives them
---@return table # the parameters of `generate`
function M.params(opts)
  local config = require("lofi.config").get()
  local backend = opts.backend or config.backend
  return vim.tbl_extend("force", opts.options or {}, {
    prompt = prompt_of(opts),
    duration_sec = opts.duration_sec or config.defaults.duration,
    seed = opts.seed or config.defaults.seed,
    priority = opts.priority,
    backend = backend ~= "auto" and backend or nil,
    inference_steps = opts.inference_steps,
    guidance_scale = opts.guidance_scale,
    scheduler = opts.scheduler,
  })
end

---@param what any
---@return lofi.GenerateOpts? # with the long names
---@return lofi.Error?
function M.understood(what)
  local opts = type(what) == "string" and { prompt = what } or what
  if type(opts) ~= "table" then
    local message = "generate: a prompt or a table of options is wanted, not " .. type(what)
    return nil, errors.new("INVALID_PARAMS", message, ":help lofi-api describes them")
  end
  local err = ask.check("generate", RULES, opts)
  if err then
    return nil, err
  end
  local long = {}
  for key, value in pairs(opts) do
    long[SHORT[key] or key] = value
  end
  if prompt_of(long) == "" then
    return nil,
      errors.new("INVALID_PROMPT", "there is no prompt", "describe the music in a few words")
  end
  return long
end

return M
