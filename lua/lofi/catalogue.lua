--- What there is to choose from: backends, and styles, which are known without a daemon too.
local ask = require("lofi.ask")
local state = require("lofi.state")

local M = {}

---@param cb? fun(err?: lofi.Error, backends?: lofi.Backend[])
function M.get_backends(cb)
  ask.callback("get_backends", cb)
  ask.call("get_backends", nil, cb, function()
    return vim.deepcopy(state.get().backends)
  end)
end

---@param cb? fun(err?: lofi.Error, styles?: lofi.Style[])
function M.styles(cb)
  ask.callback("styles", cb)
  ask.call("styles", nil, cb, function()
    return vim.deepcopy(state.get().styles)
  end)
end

---@param lines fun(): string?
---@return lofi.Style[]
local function read(lines)
  local styles, id = {}, nil
  for line in lines do
    id = line:match("^%[([^%]]+)%]") or id
    local name = line:match('^name = "(.*)"')
    if name and id and not id:find("^_") then
      styles[#styles + 1] = { id = id, name = name }
    end
  end
  return styles
end

local of_file ---@type lofi.Style[]?

---The styles that the daemon has named, else those of the file that it would read itself.
---@return lofi.Style[]
function M.known_styles()
  if #state.get().styles > 0 then
    return state.get().styles
  end
  if not of_file then
    local plugin = require("lofi.install.place").plugin
    local file = io.open(plugin .. "/models/styles.toml")
      or io.open(plugin .. "/../models/styles.toml")
    of_file = file and read(file:lines()) or {}
    if file then
      file:close()
    end
  end
  return of_file
end

---@param name string
---@return string # the same for "Classic Lofi Hip Hop" and classic-lofi-hip-hop
function M.slug(name)
  return (name:lower():gsub("[^%w\128-\255]+", "-"):gsub("^%-+", ""):gsub("%-+$", ""))
end

---@param wanted string an id or a name, written in whatever way
---@return lofi.Style?
function M.style(wanted)
  local slug = M.slug(wanted)
  for _, style in ipairs(M.known_styles()) do
    if M.slug(style.id) == slug or M.slug(style.name) == slug then
      return style
    end
  end
end

return M
