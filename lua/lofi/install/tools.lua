---The commands that make a Python environment, with uv where it is found and with pip otherwise.
local M = {}

---What a command is told whatever the user's shell says.
M.ENVIRONMENT = {
  NO_COLOR = "1",
  PIP_DISABLE_PIP_VERSION_CHECK = "1",
  PIP_NO_INPUT = "1",
  PYTHONUNBUFFERED = "1",
  UV_NO_PROGRESS = "1",
}

local PYTHONS = { "python3", "python3.13", "python3.12", "python3.11" }

---The versions that the locked libraries are tested with, and then those that may do as well.
local FITTING = {
  "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))",
  "import sys; sys.exit(sys.version_info < (3, 11))",
}

---@class (exact) lofi.install.Tools
---@field name string
---@field environment string[] the command that makes it
---@field install fun(...: string): string[] the command that installs into it

---@param uv string path of the program
---@param folder string
---@return lofi.install.Tools
local function with_uv(uv, folder)
  return {
    name = "uv",
    environment = { uv, "venv", "--no-project", "--python", ">=3.11,<3.14", folder },
    install = function(...)
      -- uv judges by pyproject.toml alone whether a folder has changed
      return { uv, "pip", "install", "--python", folder, "--reinstall-package", "lofi", ... }
    end,
  }
end

---@param python string path of the program
---@param folder string
---@return lofi.install.Tools
local function with_pip(python, folder)
  return {
    name = "pip",
    environment = { python, "-m", "venv", folder },
    install = function(...)
      return { folder .. "/bin/python", "-m", "pip", "install", ... }
    end,
  }
end

---@async
---@param folder string that the environment will be in
---@param succeeds fun(command: string[]): boolean runs a command
---@return lofi.install.Tools? # nil if there is neither uv nor a recent Python
function M.find(folder, succeeds)
  local uv = vim.fn.exepath("uv")
  if uv ~= "" then
    return with_uv(uv, folder)
  end
  for _, fits in ipairs(FITTING) do
    for _, name in ipairs(PYTHONS) do
      local python = vim.fn.exepath(name)
      if python ~= "" and succeeds({ python, "-c", fits }) then
        return with_pip(python, folder)
      end
    end
  end
  return nil
end

return M
