--- What may come next in the prompt line: styles, and the words that set something. Pure.
local M = {}

---@class lofi.ui.Completion
---@field start integer byte, from 0, at which what is to be replaced begins
---@field words string[]

---@class lofi.ui.Known
---@field styles string[] as one would write them
---@field words fun(lead: string): string[] what may stand in place of the last word

---@param words string[]
---@param lead string
---@return string[] those of which a word begins so, whatever the case
local function beginning(words, lead)
  lead = lead:lower()
  return vim.tbl_filter(function(word)
    word = word:lower()
    return vim.startswith(word, lead) or word:find(" " .. lead, 1, true) ~= nil
  end, words)
end

---@param before string the line up to the cursor
---@param known lofi.ui.Known
---@return lofi.ui.Completion
function M.of(before, known)
  local lead = before:match("([^%s,!]*)$")
  local phrase = before:match("([^,]*)$"):gsub("^[%s!]+", "")
  if not lead:find("=", 1, true) and phrase ~= "" then
    local styles = beginning(known.styles, phrase)
    if #styles > 0 then
      return { start = #before - #phrase, words = styles }
    end
  end
  return { start = #before - #lead, words = beginning(known.words(lead), lead) }
end

return M
