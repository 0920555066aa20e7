--- What was typed into the prompt line, in a file of the user's, the newest last.
local M = {}

---Prompts that are remembered.
M.MOST = 200

---@return string
local function path()
  return vim.fs.joinpath(vim.fn.stdpath("state") --[[@as string]], "lofi", "prompts")
end

---@return string[] the oldest first; empty if there are none
function M.read()
  local file = io.open(path(), "r")
  if not file then
    return {}
  end
  local prompts = {}
  for line in file:lines() do
    prompts[#prompts + 1] = line ~= "" and line or nil
  end
  file:close()
  return prompts
end

---@param prompts string[]
local function write(prompts)
  pcall(vim.fn.mkdir, vim.fs.dirname(path()), "p", tonumber("700", 8))
  local part = ("%s.%d"):format(path(), vim.uv.os_getpid())
  local file, why = io.open(part, "w")
  if not file then
    return require("lofi.log").warn("prompts are not remembered: %s", why)
  end
  file:write(table.concat(prompts, "\n"), "\n")
  file:close()
  vim.uv.fs_rename(part, path())
end

---Puts a prompt behind all others, or brings it there. Another Neovim may have added some, too.
---@param prompt string one line
function M.add(prompt)
  local prompts = vim.tbl_filter(function(each)
    return each ~= prompt
  end, M.read())
  prompts[#prompts + 1] = prompt
  write(vim.list_slice(prompts, math.max(1, #prompts - M.MOST + 1), #prompts))
end

return M
