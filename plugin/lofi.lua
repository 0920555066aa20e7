-- What exists before anything is loaded: the command, the <Plug> maps. Nothing is required here.
if vim.g.loaded_lofi then
  return
end
vim.g.loaded_lofi = 1

if vim.fn.has("nvim-0.10") == 0 then
  vim.notify_once("lofi: Neovim 0.10 or newer is needed", vim.log.levels.ERROR)
  return
end

---@param name string
---@param desc string
---@param run fun(args: vim.api.keyset.create_user_command.command_args)
local function command(name, desc, run)
  vim.api.nvim_create_user_command(name, run, {
    nargs = "*",
    bang = true,
    range = true,
    desc = desc,
    complete = function(lead, line, position)
      return require("lofi.command").complete(lead, line, position)
    end,
  })
end

command("Lofi", "Music made on this machine", function(args)
  require("lofi.command").run(args)
end)

-- Names that other plugins of this kind have made known.
for name, line in pairs({
  LofiAce = "generate backend=ace_step",
  LofiBackends = "backends",
  LofiPlay = "play",
  LofiStop = "stop",
  LofiCancel = "cancel",
}) do
  command(name, "The same as :Lofi " .. line, function(args)
    args.args = vim.trim(line .. " " .. args.args)
    require("lofi.command").run(args)
  end)
end

for name, line in pairs({
  studio = "studio",
  toggle = "toggle",
  next = "next",
  prev = "prev",
  ["volume-up"] = "volume +5",
  ["volume-down"] = "volume -5",
  mute = "mute",
  favorite = "favorite",
  cancel = "cancel",
  again = "again",
  keep = "keep",
}) do
  vim.keymap.set("n", "<Plug>(lofi-" .. name .. ")", "<Cmd>Lofi " .. line .. "<CR>")
end
vim.keymap.set("n", "<Plug>(lofi-generate)", ":Lofi generate ")
vim.keymap.set("x", "<Plug>(lofi-generate)", ":Lofi generate<CR>", { silent = true })
