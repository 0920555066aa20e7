--- `:Lofi`: which subcommand is meant, and what may come next. What they do: `lofi.subcommands`.
local errors = require("lofi.errors")
local notice = require("lofi.notice")
local text = require("lofi.text")

local M = {}

---@class lofi.Call
---@field rest string what follows the subcommand
---@field bang boolean
---@field selection? string the text of the range, in one line

---@class lofi.Subcommand
---@field impl fun(call: lofi.Call)
---@field desc string
---@field usage? string its arguments, for messages and the help
---@field complete? fun(rest: string, lead: string): string[] what may replace the last word
---@field bang? boolean whether `!` means something
---@field range? boolean whether a range does
---@field alias? string of which other one it is another name

---@return table<string, lofi.Subcommand>
local function known()
  return require("lofi.subcommands")
end

---@return string[] # those that are offered
function M.names()
  local names = {}
  for name, each in pairs(known()) do
    if not each.alias then
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return names
end

---@param name string
---@return lofi.Subcommand?
function M.find(name)
  local found = known()[name]
  return found and found.alias and known()[found.alias] or found
end

---The marked text if the range is that of the last selection, else its lines.
---@param first integer
---@param last integer
---@return string
local function marked(first, last)
  local from, to = vim.fn.getpos("'<"), vim.fn.getpos("'>")
  local lines
  if from[2] == first and to[2] == last then
    lines = vim.fn.getregion(from, to, { type = vim.fn.visualmode() })
  else
    lines = vim.api.nvim_buf_get_lines(0, first - 1, last, false)
  end
  return text.clean((table.concat(lines, " "):gsub("%s+", " ")))
end

---One word that is almost a subcommand is hardly a prompt.
---@param line string
---@return lofi.Error?
local function mistyped(line)
  local near = line:match("^%S+$") and text.nearest(line, M.names())
  if near then
    local message = ("there is no :Lofi %s, did you mean :Lofi %s?"):format(line, near)
    local hint = (":Lofi generate %s makes a track of it"):format(line)
    return errors.new("NO_SUBCOMMAND", message, hint)
  end
end

---@param name string
---@param subcommand lofi.Subcommand
---@param args table as Neovim gives them
---@return string? problem
local function misfit(name, subcommand, args)
  if args.bang and not subcommand.bang then
    return (":Lofi %s takes no !"):format(name)
  elseif args.range > 0 and not subcommand.range then
    return (":Lofi %s takes no range"):format(name)
  end
end

---The first word, if it is a subcommand, and the rest; else all is a prompt.
---@param line string
---@param has_range boolean
---@return string name
---@return string rest
local function parted(line, has_range)
  if line == "" then
    return has_range and "generate" or "studio", ""
  end
  local first, rest = line:match("^(%S+)%s*(.*)$")
  if M.find(first) then
    return first, rest
  end
  return "generate", line
end

---@param args vim.api.keyset.create_user_command.command_args
function M.run(args)
  local line = vim.trim(args.args)
  local err = not M.find(line) and mistyped(line)
  if err then
    return notice.failed(err)
  end
  local name, rest = parted(line, args.range > 0)
  local subcommand = M.find(name) --[[@as lofi.Subcommand]]
  local problem = misfit(name, subcommand, args)
  if problem then
    return notice.failed(errors.new("INVALID_PARAMS", problem, ""))
  end
  local selection = args.range > 0 and marked(args.line1, args.line2) or nil
  subcommand.impl({ rest = rest, bang = args.bang, selection = selection })
end

---@param line string a prompt with settings in between
---@return lofi.GenerateOpts?
---@return lofi.Error?
function M.parse_generate(line)
  return require("lofi.arguments").generate(line)
end

---@param words string[]
---@param lead string
---@return string[] # those that begin like it, whatever the case
local function beginning(words, lead)
  lead = lead:lower()
  return vim.tbl_filter(function(word)
    return vim.startswith(word:lower(), lead)
  end, words)
end

---@param lead string the word before the cursor
---@param line string
---@param position integer of the cursor in the line
---@return string[]
function M.complete(lead, line, position)
  local alias, typed = line:sub(1, position):match("Lo%l*(%u?%l*)!?%s+(.*)$")
  if not typed then
    return {}
  end
  local first, rest = typed:match("^(%S+)%s+(.*)$")
  if alias == "Ace" then
    first, rest = "generate", typed
  elseif alias ~= "" then
    first, rest = alias:lower(), typed
  elseif not first then
    return beginning(M.names(), lead)
  end
  local subcommand = M.find(first)
  if not subcommand then
    subcommand, rest = M.find("generate"), typed
  end
  local complete = subcommand.complete
  return complete and beginning(complete(rest, lead), lead) or {}
end

return M
