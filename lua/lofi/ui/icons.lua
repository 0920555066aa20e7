--- The signs of the studio, in Unicode and for terminals that have nothing but ASCII.
--- Any of them may be replaced; nothing here assumes that a sign is one cell wide.
local M = {}

---@class lofi.ui.Icons
---@field play string
---@field pause string
---@field favorite string
---@field running string
---@field waiting string
---@field failed string
---@field warning string
---@field download string
---@field hint string before what to do
---@field prompt string
---@field separator string between facts
---@field rule string
---@field bar string what of a bar is done
---@field rest string what of a bar is not
---@field cut string where text was cut off
---@field border string|string[] as for `nvim_open_win`, where the user names none

---@type lofi.ui.Icons
M.unicode = {
  play = "▶",
  pause = "‖",
  favorite = "★",
  running = "●",
  waiting = "○",
  failed = "✗",
  warning = "!",
  download = "↓",
  hint = "→",
  prompt = "❯",
  separator = "·",
  rule = "─",
  bar = "━",
  rest = "─",
  cut = "…",
  border = "rounded",
}

---@type lofi.ui.Icons
M.ascii = {
  play = ">",
  pause = "=",
  favorite = "*",
  running = "o",
  waiting = ".",
  failed = "x",
  warning = "!",
  download = "v",
  hint = "->",
  prompt = ">",
  separator = "-",
  rule = "-",
  bar = "#",
  rest = "-",
  cut = "~",
  border = { "+", "-", "+", "|", "+", "-", "+", "|" },
}

---Linux's own console and terminals without UTF-8 show boxes for most of the signs.
---@return boolean
local function plain_terminal()
  local locale = vim.env.LC_ALL or vim.env.LC_CTYPE or vim.env.LANG or ""
  local other_charset = locale ~= "" and not locale:lower():find("utf%-?8")
  return vim.env.TERM == "linux" or (other_charset and locale:find("%.") ~= nil)
end

---@param wish? "auto"|"unicode"|"ascii"|table<string, string> from the settings
---@return lofi.ui.Icons
function M.get(wish)
  if type(wish) == "table" then
    return vim.tbl_extend("force", M.get("auto"), wish)
  end
  if wish == "ascii" or (wish ~= "unicode" and plain_terminal()) then
    return M.ascii
  end
  return M.unicode
end

return M
