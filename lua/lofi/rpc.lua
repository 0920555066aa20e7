--- JSON-RPC 2.0, one message a line: bytes in, messages out, and who waits for which answer.
--- Pure: it writes, waits and tells through the functions it is given.
local errors = require("lofi.errors")

local M = {}

---A daemon that writes on and on without a line end shall not fill the memory.
M.LONGEST = 64 * 1024 * 1024

---@class lofi.rpc.Ways
---@field write fun(line: string) sends a line, with its end
---@field after fun(ms: number, fn: fun()): fun() calls later; the result calls it off
---@field notified fun(method: string, params: table)
---@field problem fun(text: string) something came that should not have, or a callback failed
---@field deliver? fun(message: table) hands a message to `take`, now (the default) or later

---Cuts a stream into lines, wherever its chunks end. Blank lines are passed over.
---@param on_line fun(line: string)
---@param on_problem fun(text: string)
---@param longest? integer
---@return fun(chunk: string)
function M.lines(on_line, on_problem, longest)
  local parts, size, limit = {}, 0, longest or M.LONGEST

  local function add(piece)
    size = size + #piece
    if size <= limit then
      parts[#parts + 1] = piece
    else
      parts = {}
    end
  end

  local function finish()
    local line = table.concat(parts):gsub("\r$", "")
    if size > limit then
      on_problem(("a line of %d bytes was left out"):format(size))
    elseif line:find("%S") then
      on_line(line)
    end
    parts, size = {}, 0
  end

  return function(chunk)
    local from = 1
    while true do
      local stop = chunk:find("\n", from, true)
      if not stop then
        break
      end
      add(chunk:sub(from, stop - 1))
      finish()
      from = stop + 1
    end
    if from <= #chunk then
      add(chunk:sub(from))
    end
  end
end

---How many bytes may follow a first byte, and the range of the second.
local function shape(first)
  if first < 0x80 then
    return 0, 0, 0
  elseif first >= 0xC2 and first <= 0xDF then
    return 1, 0x80, 0xBF
  elseif first >= 0xE0 and first <= 0xEF then
    return 2, first == 0xE0 and 0xA0 or 0x80, first == 0xED and 0x9F or 0xBF
  elseif first >= 0xF0 and first <= 0xF4 then
    return 3, first == 0xF0 and 0x90 or 0x80, first == 0xF4 and 0x8F or 0xBF
  end
end

---@param text string
---@return boolean
function M.is_utf8(text)
  local at = text:find("[\128-\255]")
  while at and at <= #text do
    local more, least, most = shape(text:byte(at))
    if not more then
      return false
    end
    for i = 1, more do
      local byte = text:byte(at + i)
      if not byte or byte < least or byte > most then
        return false
      end
      least, most = 0x80, 0xBF
    end
    at = at + more + 1
  end
  return true
end

---@param id? integer nil: a notification
---@param method string
---@param params? table
---@return string? line
---@return string? why it cannot be sent
function M.encode(id, method, params)
  if params == nil or next(params) == nil then
    params = vim.empty_dict() -- {} would become []
  end
  local message = { jsonrpc = "2.0", id = id, method = method, params = params }
  local ok, line = pcall(vim.json.encode, message)
  if not ok then
    return nil, (tostring(line):gsub("^.-:%d+: ", ""))
  elseif not M.is_utf8(line) then
    return nil, "it is not UTF-8"
  end
  return line .. "\n"
end

---@param line string
---@return table? message
function M.decode(line)
  -- null becomes nil: vim.NIL would count as true
  local ok, message = pcall(vim.json.decode, line, { luanil = { object = true, array = true } })
  return ok and type(message) == "table" and message or nil
end

---@class lofi.rpc.Waiting
---@field method string
---@field cb lofi.Callback
---@field call_off fun()

---@class lofi.Rpc
---@field private ways lofi.rpc.Ways
---@field private pending table<integer, lofi.rpc.Waiting>
---@field private last integer
---@field feed fun(chunk: string)
local Rpc = {}
Rpc.__index = Rpc

---@param ways lofi.rpc.Ways
---@return lofi.Rpc
function M.new(ways)
  local self = setmetatable({ ways = ways, pending = {}, last = 0 }, Rpc)
  local deliver = ways.deliver or function(message)
    self:take(message)
  end
  self.feed = M.lines(function(line)
    local message = M.decode(line)
    if message then
      deliver(message)
    else
      ways.problem("this line is no message: " .. line:sub(1, 200))
    end
  end, ways.problem)
  return self
end

---Answers whoever waits under this id, once.
---@param id any
---@param err? lofi.Error
---@param result? any
---@return boolean whether anyone waited
function Rpc:answer(id, err, result)
  local waiting = self.pending[id]
  if not waiting then
    return false
  end
  self.pending[id] = nil
  waiting.call_off()
  local ok, why = pcall(waiting.cb, err, result)
  if not ok then
    self.ways.problem(("the callback of %s failed: %s"):format(waiting.method, why))
  end
  return true
end

---Takes in one message.
---@param message table
function Rpc:take(message)
  if type(message.method) == "string" then
    local params = type(message.params) == "table" and message.params or {}
    self.ways.notified(message.method, params)
  elseif message.id == nil then
    local err = errors.from_wire(message.error)
    self.ways.problem("the daemon could not read a message: " .. err.message)
  else
    local err = message.error ~= nil and errors.from_wire(message.error) or nil
    if not self:answer(message.id, err, not err and message.result or nil) then
      self.ways.problem("an answer to nothing that was asked: " .. tostring(message.id))
    end
  end
end

---Asks. The callback is called once, whatever happens.
---@param method string
---@param params? table
---@param cb lofi.Callback
---@param timeout number in seconds
---@return integer? id for `cancel`; nil if it could not be sent
function Rpc:request(method, params, cb, timeout)
  local id = self.last + 1
  local line, why = M.encode(id, method, params)
  if not line then
    cb(errors.new("INVALID_PARAMS", ("%s cannot be sent: %s"):format(method, why)))
    return nil
  end
  self.last = id
  local call_off = self.ways.after(timeout * 1000, function()
    local message = ("the daemon has not answered %s in %g s"):format(method, timeout)
    self:answer(id, errors.new("DAEMON_TIMEOUT", message))
  end)
  self.pending[id] = { method = method, cb = cb, call_off = call_off }
  self.ways.write(line)
  return id
end

---No longer waits for an answer; one that comes all the same is passed over.
---@param id integer
function Rpc:cancel(id)
  self:answer(id, errors.new("REQUEST_CANCELLED", "the request was given up"))
end

---Answers everyone who waits.
---@param err lofi.Error
function Rpc:fail(err)
  local ids = vim.tbl_keys(self.pending)
  table.sort(ids)
  for _, id in ipairs(ids) do
    self:answer(id, err)
  end
end

---@return integer # how many wait for an answer
function Rpc:waiting()
  return vim.tbl_count(self.pending)
end

return M
