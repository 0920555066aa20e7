--- The keys of the studio's windows: the user's table, made into maps, a footer and a page of help.
local M = {}

---Keys of the list, by what they do. `keys` in the settings changes, adds and removes some.
---@type table<string, string|function|false>
M.list = {
  ["<CR>"] = "play",
  ["p"] = "toggle",
  ["s"] = "stop",
  [">"] = "next",
  ["<"] = "previous",
  ["<Right>"] = "forward",
  ["<Left>"] = "back",
  ["+"] = "volume_up",
  ["-"] = "volume_down",
  ["m"] = "mute",
  ["i"] = "prompt",
  ["a"] = "again",
  ["e"] = "edit",
  ["c"] = "cancel",
  ["<M-k>"] = "earlier",
  ["<M-j>"] = "later",
  ["f"] = "favorite",
  ["dd"] = "remove",
  ["x"] = "export",
  ["yy"] = "yank",
  ["yp"] = "yank_path",
  ["K"] = "details",
  ["r"] = "radio",
  ["w"] = "keep",
  [")"] = "more",
  ["("] = "less",
  ["}"] = "livelier",
  ["{"] = "calmer",
  ["gr"] = "steer",
  ["t"] = "timer",
  ["gs"] = "styles",
  ["gp"] = "prompts",
  ["gb"] = "backends",
  ["]]"] = "next_section",
  ["[["] = "previous_section",
  ["<Tab>"] = "switch",
  ["g?"] = "help",
  ["q"] = "close",
}

---Keys of the prompt line, of the same shape: `prompt_keys` in the settings.
---@type table<string, string|function|false>
M.prompt = {
  ["<CR>"] = "submit",
  ["<C-CR>"] = "submit_first",
  ["<Up>"] = "older",
  ["<Down>"] = "newer",
  ["<Tab>"] = "complete",
  ["<S-Tab>"] = "complete_back",
  ["j"] = "list",
  ["g?"] = "help",
  ["q"] = "close",
}

---@param lhs string
---@return string the same for <cr> and <CR>
local function plain(lhs)
  return vim.fn.keytrans(vim.api.nvim_replace_termcodes(lhs, true, true, true))
end

---The keys in force: the built-in ones, changed, removed and added to by the user's.
---@param builtin table<string, string|function|false>
---@param own table<string, string|function|false>
---@return table<string, string|function>
function M.resolve(builtin, own)
  local keys = {}
  for _, each in ipairs({ builtin, own }) do
    for lhs, what in pairs(each) do
      keys[plain(lhs)] = what or nil
    end
  end
  return keys
end

---@param keys table<string, string|function>
---@return table<string, string> the key of each action, the shortest if it has several
function M.by_action(keys)
  local found = {}
  for lhs, what in vim.spairs(keys) do
    local before = type(what) == "string" and found[what]
    if type(what) == "string" and (not before or #lhs < #before) then
      found[what] = lhs
    end
  end
  return found
end

---@param buf integer
---@param keys table<string, string|function>
---@param actions table<string, { modes: string[]?, help: string, run: function }>
---@param run fun(what: string|function) called when a key is pressed
---@return string[] names that no action has
function M.attach(buf, keys, actions, run)
  local unknown = {}
  for lhs, what in pairs(keys) do
    local action = type(what) == "string" and actions[what] or nil
    if action or type(what) == "function" then
      vim.keymap.set(
        action and action.modes or "n",
        lhs,
        function()
          run(what)
        end,
        { buffer = buf, nowait = true, silent = true, desc = action and "Lofi: " .. action.help }
      )
    else
      unknown[#unknown + 1] = what
    end
  end
  return unknown
end

local FOOTER = {
  { "play", "play" },
  { "prompt", "prompt" },
  { "help", "keys" },
  { "close", "close" },
  { "favorite", "favourite" },
  { "again", "again" },
  { "remove", "remove" },
  { "radio", "radio" },
}

---What the frame says about keys: the most needed ones, as many as there is room for.
---@param keys table<string, string|function>
---@param width integer
---@return lofi.ui.Chunk[]
function M.footer(keys, width)
  local by_action = M.by_action(keys)
  local chunks, used = {}, 1
  for _, each in ipairs(FOOTER) do
    local key = by_action[each[1]] and by_action[each[1]]:gsub("<lt>", "<")
    local need = key and vim.fn.strdisplaywidth(key .. each[2]) + 3 or 0
    if key and used + need <= width then
      chunks[#chunks + 1] = { (#chunks == 0 and " " or "  ") .. key, "LofiKey" }
      chunks[#chunks + 1] = { " " .. each[2], "LofiFooter" }
      used = used + need
    end
  end
  chunks[#chunks + 1] = { " ", "LofiFooter" }
  return chunks
end

---@param keys table<string, string|function>
---@return table<string, string[]> all keys of each action
local function all_by_action(keys)
  local found = {}
  for lhs, what in vim.spairs(keys) do
    if type(what) == "string" then
      found[what] = found[what] or {}
      table.insert(found[what], lhs)
    end
  end
  return found
end

---@param keys table<string, string|function>
---@param list (lofi.ui.Action|string)[]
---@return lofi.ui.Chunk[][] a page of help
function M.help(keys, list)
  local found, lines, title = all_by_action(keys), {}, nil
  for _, each in ipairs(list) do
    if type(each) == "string" then
      title = each
    elseif found[each.name] then
      if title then
        lines[#lines + 1] = { { title, "LofiSection" } }
        title = nil
      end
      local lhs = table.concat(found[each.name], " "):gsub("<lt>", "<")
      lines[#lines + 1] = { { "  " }, { ("%-8s"):format(lhs), "LofiKey" }, { " " .. each.help } }
    end
  end
  return lines
end

return M
