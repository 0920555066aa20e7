--- The highlight groups. All of them are links that a colour scheme or a user may redefine.
local M = {}

---@type table<string, string>
M.links = {
  LofiNormal = "NormalFloat",
  LofiBorder = "FloatBorder",
  LofiTitle = "FloatTitle",
  LofiFooter = "Comment",
  LofiPrompt = "Question",
  LofiPlaceholder = "Comment",
  LofiSection = "Title",
  LofiRule = "NonText",
  LofiPlaying = "String",
  LofiFavorite = "WarningMsg",
  LofiRunning = "DiagnosticInfo",
  LofiWaiting = "Comment",
  LofiBar = "DiagnosticInfo",
  LofiBarRest = "NonText",
  LofiTime = "Number",
  LofiDim = "Comment",
  LofiKey = "Special",
  LofiError = "DiagnosticError",
  LofiWarning = "DiagnosticWarn",
  LofiHint = "DiagnosticHint",
}

local function define()
  for name, target in pairs(M.links) do
    vim.api.nvim_set_hl(0, name, { link = target, default = true })
  end
end

---Defines the groups, now and after each change of the colour scheme; again does no harm.
function M.setup()
  define()
  vim.api.nvim_create_autocmd("ColorScheme", {
    group = vim.api.nvim_create_augroup("lofi.highlight", {}),
    desc = "Lofi: highlight groups",
    callback = define,
  })
end

return M
