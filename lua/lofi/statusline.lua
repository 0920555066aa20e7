--- One line for 'statusline', from the mirror of the daemon's state alone: it asks nobody and
--- starts nothing.
local clock = require("lofi.clock")
local now = require("lofi.ui.now")
local queue = require("lofi.ui.queue")
local state = require("lofi.state")
local text = require("lofi.text")

local M = {}

---How often Neovim was asked to draw the status lines again, for tests.
M.redraws = 0

---Cells of a title, unless told otherwise.
local TITLE = 30

---@class lofi.statusline.Opts
---@field title? integer cells of a title at most; 30

local icons ---@type lofi.ui.Icons?
local told ---@type string? the text as it was last given out
local last ---@type lofi.statusline.Opts?
local shown = false -- whether it was asked for since the last redraw
local ticking ---@type fun()?
local pace ---@type lofi.ui.Pace?

---@return lofi.ui.Icons
local function signs()
  icons = icons or require("lofi.ui.icons").get(require("lofi.config").get().ui.icons)
  return icons
end

---@param playback lofi.Playback
---@param opts lofi.statusline.Opts
---@return string
local function playing(playback, opts)
  local icon = playback.state == "paused" and signs().pause or signs().play
  local title = text.fit(now.title(playback), opts.title or TITLE, signs().cut)
  local line = icon .. " " .. title
  if tonumber(playback.duration_sec) then
    local position = now.position(playback, clock.now())
    line = ("%s %s/%s"):format(line, text.clock(position), text.clock(playback.duration_sec))
  end
  return playback.muted and line .. " muted" or line
end

---@param jobs lofi.State.Job[]
---@return string
local function making(jobs)
  local first = jobs[1]
  local runs = first.status == "loading" or first.status == "generating"
  local line = runs and ("%s %d%%"):format(signs().running, first.percent) or signs().waiting
  return #jobs > 1 and ("%s +%d"):format(line, #jobs - 1) or line
end

---@param opts lofi.statusline.Opts
---@return string
local function compose(opts)
  local all = state.get()
  local parts = {}
  local playback = all.playback
  if playback and playback.state ~= "stopped" then
    parts[#parts + 1] = playing(playback, opts)
  end
  if all.timer then
    local left = now.timer_left(all.timer, clock.now())
    parts[#parts + 1] = ("%s %s"):format(text.clean(all.timer.phase), text.clock(left))
  end
  local jobs = next(all.jobs) and queue.active(all) or {}
  parts[#parts + 1] = jobs[1] and making(jobs)
  for _, download in vim.spairs(all.downloads) do
    local runs = download.status == "running"
    parts[#parts + 1] = runs and ("%s %d%%"):format(signs().download, download.percent) or nil
  end
  if #parts == 0 then
    return ""
  end
  return text.statusline(table.concat(parts, (" %s "):format(signs().separator)))
end

---An error in a status line would be shown at every redraw.
---@param opts lofi.statusline.Opts
---@return string
local function safely(opts)
  local ok, line = pcall(compose, opts)
  if not ok then
    require("lofi.log").error("the status line cannot be made: %s", line)
  end
  return ok and line or ""
end

---@return boolean whether the text changes with time alone
local function moves()
  local all = state.get()
  local playback = all.playback
  return all.timer ~= nil or (playback ~= nil and playback.position.playing)
end

local function rest()
  if ticking then
    ticking()
    ticking = nil
  end
end

---Asks for new status lines if the text is another one, and if the last one was looked at.
local function refresh()
  if not shown then
    return rest()
  end
  if safely(last or {}) ~= told then
    shown = false
    M.redraws = M.redraws + 1
    vim.cmd.redrawstatus({ bang = true })
  elseif not moves() then
    rest()
  end
end

---The first time somebody asks, begins to follow the state.
local function follow()
  if not pace then
    pace = require("lofi.ui.pace").new(refresh)
    state.subscribe(function()
      pace:ask()
    end)
  end
  if not ticking and moves() then
    ticking = clock.each_second(refresh)
  end
end

---What plays and what is made; empty when nothing does or is. Percent signs are doubled, as
---'statusline' wants.
---@param opts? lofi.statusline.Opts
---@return string
function M.text(opts)
  last = opts or {}
  told = safely(last)
  shown = true
  follow()
  return told
end

return M
