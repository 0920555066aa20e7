--- The studio: a prompt line over a list of what plays, is made and is kept. One at a time.
--- Draws the mirror of the daemon's state; asks the daemon through the public API alone.
local clock = require("lofi.clock")
local keys = require("lofi.ui.keys")
local paint = require("lofi.ui.paint")
local state = require("lofi.state")
local windows = require("lofi.ui.windows")

local M = {}

---How often something was drawn, for tests.
M.drawn = 0

---@class lofi.ui.Studio
---@field windows lofi.ui.Windows
---@field list lofi.ui.Pane
---@field prompt lofi.ui.Prompt
---@field desk lofi.ui.Desk
---@field icons lofi.ui.Icons
---@field border? lofi.ui.Border
---@field keys table<string, string|function>
---@field prompt_keys table<string, string|function>
---@field notice? { message: string, hint?: string, hl: string }
---@field armed? string
---@field dismissed table<string, integer>
---@field private rows integer the most lines that the list has had
---@field private countdown lofi.ui.Countdown
---@field private pace lofi.ui.Pace
---@field private off fun()[] what is to be undone on closing
local Studio = {}
Studio.__index = Studio

---@type lofi.ui.Studio?
local open

---Failures that were read stay read when the studio is closed.
---@type table<string, integer>
local dismissed = {}

---@private
function Studio:draw()
  if self ~= open then
    return
  end
  if not windows.visible(self.windows) then
    return self.countdown:rest()
  end
  local left = self.countdown:left(state.get().jobs)
  local screen = require("lofi.ui.render").list(state.get(), {
    width = vim.api.nvim_win_get_width(self.windows.list),
    icons = self.icons,
    now = clock.now(),
    keys = keys.by_action(self.keys),
    armed = self.armed,
    notice = self.notice,
    dismissed = self.dismissed,
    left = left,
  })
  if paint.paint(self.list, screen) then
    M.drawn = M.drawn + 1
    self:grow(#screen.lines)
  end
  local playback = state.get().playback
  local playing = playback ~= nil and playback.position.playing
  if playing or state.get().timer or next(left) then
    self.countdown:tick()
  else
    self.countdown:rest()
  end
end

---A floating list that has more to show than before gets more lines; it never shrinks.
---@private
---@param rows integer
function Studio:grow(rows)
  if rows > self.rows then
    self.rows = rows
    self:adjust()
  end
end

---Draws what has changed, soon.
function Studio:redraw()
  self.pace:ask()
end

---@return boolean whether everything that is known is drawn; for tests
function Studio:is_still()
  return self.pace:is_still()
end

---Says something in place, until the next key.
---@param message string
---@param hint? string what to do
---@param hl string
function Studio:note(message, hint, hl)
  self.notice = { message = message, hint = hint, hl = hl }
  self:redraw()
end

---@return lofi.ui.Look
function Studio:look()
  return {
    ui = require("lofi.config").get().ui,
    border = self.border,
    icons = self.icons,
    rows = self.rows,
    footer = function(width)
      return keys.footer(self.keys, width)
    end,
  }
end

---The screen, or a window, has another size.
---@private
function Studio:adjust()
  if windows.visible(self.windows) then
    windows.adjust(self.windows, self:look())
    self.prompt:decorate()
    self:redraw() -- where nothing has become another, this is the end of it
  end
end

---@private
function Studio:disarm()
  if self.armed and (self.desk:row() or {}).id ~= self.armed then
    self.armed = nil
    self:redraw()
  end
end

---@private
function Studio:watch()
  local group = vim.api.nvim_create_augroup("lofi.studio", {})
  local function on(event, where, fn)
    local opts = vim.tbl_extend("error", where, { group = group, callback = fn })
    vim.api.nvim_create_autocmd(event, opts)
  end
  for _, win in ipairs({ self.windows.list, self.windows.prompt }) do
    on("WinClosed", { pattern = tostring(win) }, function()
      vim.schedule(function()
        self:close()
      end)
    end)
  end
  on({ "VimResized", "WinResized", "TabEnter" }, {}, function()
    self:adjust()
  end)
  on("CursorMoved", { buffer = self.list.buf }, function()
    self:disarm()
  end)
  local unsubscribe = state.subscribe(function(_, changed)
    if changed.backends then
      self.prompt:decorate()
    end
    self:redraw()
  end)
  self.off = {
    unsubscribe,
    function()
      vim.api.nvim_del_augroup_by_id(group)
    end,
  }
end

---What the studio shows and the daemon has not told yet. Starts the daemon.
---@private
function Studio:ask()
  local lofi = require("lofi")
  local function quiet() end -- the state says what is wrong with the daemon
  lofi.library(nil, function(err)
    if err and state.get().daemon.status ~= "failed" then
      self:note(err.message, err.hint, "LofiError")
    end
  end)
  lofi.get_backends(quiet)
  lofi.styles(quiet)
end

---What is made and what plays goes on.
function Studio:close()
  if self ~= open then
    return
  end
  open = nil
  for _, off in ipairs(self.off) do
    off()
  end
  self.countdown:rest()
  self.pace:stop()
  if vim.api.nvim_get_current_win() == self.windows.prompt then
    vim.cmd.stopinsert()
  end
  windows.close(self.windows)
end

---@return lofi.ui.Studio
local function new()
  local config = require("lofi.config").get()
  local icons = require("lofi.ui.icons").get(config.ui.icons)
  local studio = setmetatable({
    prompt = require("lofi.ui.prompt").new(),
    icons = icons,
    border = require("lofi.ui.frame").wished(config.ui.border, icons),
    keys = keys.resolve(keys.list, config.keys),
    prompt_keys = keys.resolve(keys.prompt, config.prompt_keys),
    dismissed = dismissed,
    rows = 0,
    off = {},
  }, Studio)
  studio.pace = require("lofi.ui.pace").new(function()
    local ok, why = pcall(studio.draw, studio)
    if not ok then -- again and again: nothing for the message line
      require("lofi.log").error("the studio cannot be drawn: %s", why)
    end
  end)
  studio.countdown = require("lofi.ui.countdown").new(function()
    studio:redraw()
  end)
  studio.desk = require("lofi.ui.desk").new(studio)
  return studio
end

---@return integer
local function new_list()
  local buf = vim.api.nvim_create_buf(false, true)
  pcall(vim.api.nvim_buf_set_name, buf, "lofi://studio") -- somebody else may be called so
  vim.bo[buf].bufhidden = "wipe"
  vim.bo[buf].modifiable = false
  return buf
end

---Opens the studio, or goes to it.
function M.open()
  if open and windows.visible(open.windows) then
    return vim.api.nvim_set_current_win(open.windows.list)
  end
  M.close()
  require("lofi.ui.highlight").setup()
  local studio, buf = new(), new_list()
  studio.windows = windows.open(buf, studio.prompt.buf, studio:look())
  studio.list = { buf = buf, win = studio.windows.list }
  open = studio
  studio:watch()
  require("lofi.ui.keyboard").attach(studio)
  studio.prompt:decorate()
  studio:draw()
  local row = paint.find(studio.list.screen, "now")
  vim.api.nvim_win_set_cursor(studio.list.win, { row or 1, 0 })
  vim.bo[buf].filetype = "lofi" -- late, so that a user's ftplugin has the last word
  vim.bo[studio.prompt.buf].filetype = "lofi-prompt"
  studio:ask()
end

---Closes the studio, wherever it is open.
function M.close()
  if open then
    open:close()
  end
end

---Opens the studio, or closes the one that is seen.
function M.toggle()
  if open and windows.visible(open.windows) then
    M.close()
  else
    M.open()
  end
end

---Opens the studio with the cursor in the prompt line.
---@param words? string what is to stand there
function M.prompt(words)
  M.open()
  open.desk:write(words)
end

---@return lofi.ui.Studio? the one that is open
function M.current()
  return open
end

return M
