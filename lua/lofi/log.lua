---The log file: what the plugin notes down and what the daemon writes to standard error.
---Every function but `open` may be called in a fast event. Nothing here raises: a log that
---cannot be written is reported by `problem`, which `:checkhealth lofi` shows.

local uv = vim.uv

local M = {}

---@alias lofi.LogLevel "debug"|"info"|"warn"|"error"|"off"

---@type table<string, integer>
local RANKS = { debug = 1, info = 2, warn = 3, error = 4, off = 5 }

---Beyond this many bytes the file becomes `lofi.log.1`, replacing the one before.
M.MAX_BYTES = 2 * 1024 * 1024

---Bytes from the end of the file that `tail` looks at.
local TAIL_BYTES = 16 * 1024

---A daemon that writes on and on without a line end is cut here.
local LONGEST_LINE = 64 * 1024

local path = vim.fs.joinpath(vim.fn.stdpath("log") --[[@as string]], "lofi.log")
local threshold = RANKS.info
local problem ---@type string?
local unfinished = "" -- the daemon's line that has not ended yet

---Where the log is, whether it exists or not.
---@return string
function M.path()
  return path
end

---What went wrong at the last write; nil when it worked.
---@return string?
function M.problem()
  return problem
end

---Note nothing below this level from now on. An unknown one changes nothing.
---@param level lofi.LogLevel
function M.set_level(level)
  threshold = RANKS[level] or threshold
end

local function rotate()
  local stat = uv.fs_stat(path)
  if stat and stat.size > M.MAX_BYTES then
    uv.fs_rename(path, path .. ".1")
  end
end

---@param folder string
local function make(folder)
  if not uv.fs_stat(folder) then
    make(vim.fs.dirname(folder))
    uv.fs_mkdir(folder, 448) -- 0700
  end
end

---What was asked of the music is nobody else's business: the file is the user's alone.
---@param text string
local function write(text)
  rotate()
  local file, complaint = uv.fs_open(path, "a", 384) -- 0600
  if not file then
    make(vim.fs.dirname(path))
    file, complaint = uv.fs_open(path, "a", 384)
  end
  local written
  if file then
    written, complaint = uv.fs_write(file, text)
    uv.fs_close(file)
  end
  problem = not written and (complaint or "it cannot be written") or nil
end

---@param level string
---@param text string
---@return string # each line with date and level before it
local function stamped(level, text)
  local head = os.date("%Y-%m-%d %H:%M:%S ") .. level .. " "
  local lines = vim.split(text:gsub("\r", ""), "\n", { plain = true })
  return head .. table.concat(lines, "\n" .. head) .. "\n"
end

---@param level lofi.LogLevel
---@param format string
local function note(level, format, ...)
  if RANKS[level] < threshold then
    return
  end
  local fits, text = pcall(string.format, format, ...)
  write(stamped(level, fits and text or format))
end

---Note what helps to find a fault in the plugin.
---@param format string as for `string.format`
function M.debug(format, ...)
  note("debug", format, ...)
end

---Note what happened.
---@param format string as for `string.format`
function M.info(format, ...)
  note("info", format, ...)
end

---Note what was not as it should be, and went on.
---@param format string as for `string.format`
function M.warn(format, ...)
  note("warn", format, ...)
end

---Note what failed.
---@param format string as for `string.format`
function M.error(format, ...)
  note("error", format, ...)
end

---Add what the daemon wrote to standard error: at every level but "off", it has one of its own.
---A line without end waits for the rest; nil says that the stream has ended.
---@param chunk string?
function M.append(chunk)
  local text = unfinished .. (chunk or "")
  local complete, rest = text:match("^(.*)\n([^\n]*)$")
  unfinished = rest or text
  if not chunk or #unfinished > LONGEST_LINE then
    complete, unfinished = text:gsub("\n$", ""), ""
  end
  if complete and complete ~= "" and threshold < RANKS.off then
    write(stamped("daemon", complete))
  end
end

---The last lines of the log, the oldest first; empty if there is none.
---@param count integer
---@return string[]
function M.tail(count)
  local file = uv.fs_open(path, "r", 0)
  if not file then
    return {}
  end
  local size = (uv.fs_fstat(file) or { size = 0 }).size
  local text = uv.fs_read(file, TAIL_BYTES, math.max(0, size - TAIL_BYTES)) or ""
  uv.fs_close(file)
  local lines = vim.split(text:gsub("\n$", ""), "\n", { plain = true })
  return vim.list_slice(lines, math.max(1, #lines - count + 1), #lines)
end

---Show the log in a window of its own, at its end.
function M.open()
  if not uv.fs_stat(path) then
    write(stamped("info", "the log begins here"))
  end
  vim.cmd.split({ args = { vim.fn.fnameescape(path) }, mods = { split = "botright" } })
  vim.bo.autoread = true
  vim.bo.readonly = true
  vim.cmd.checktime()
  vim.cmd.normal({ args = { "G" }, bang = true })
end

return M
