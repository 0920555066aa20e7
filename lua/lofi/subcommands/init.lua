--- What each `:Lofi …` does, takes and completes.

---@type table<string, lofi.Subcommand>
local M = {}

for _, name in ipairs({ "jobs", "playing", "radio", "tracks", "service" }) do
  for word, subcommand in pairs(require("lofi.subcommands." .. name)) do
    M[word] = subcommand
  end
end

for alias, word in pairs({ skip = "next", previous = "prev", favourite = "favorite" }) do
  M[alias] = { desc = word, impl = M[word].impl, alias = word }
end

return M
