--- Text from outside, made fit to be shown. Pure but for the width of characters.
local M = {}

---One line without control characters, whatever came in.
---@param value any
---@return string
function M.clean(value)
  local text = tostring(value == nil and "" or value)
  text = text:gsub("[%z\1-\31\127]+", " ")
  -- C1 controls, and the marks that turn the direction of what follows or hide it
  text = text:gsub("\194[\128-\159]", " ")
  text = text:gsub("\226\128[\139-\143\168-\174]", ""):gsub("\226\129[\160-\175]", "")
  return vim.trim(text)
end

---@param text string
---@param width integer in cells
---@param mark? string put where it was cut
---@return string at most `width` cells wide
function M.fit(text, width, mark)
  if width <= 0 then
    return ""
  end
  if vim.fn.strdisplaywidth(text) <= width then
    return text
  end
  mark = mark or "…"
  local room = width - vim.fn.strdisplaywidth(mark)
  if room <= 0 then
    return room == 0 and mark or ""
  end
  local count = math.min(vim.fn.strchars(text), room)
  local cut = vim.fn.strcharpart(text, 0, count)
  while vim.fn.strdisplaywidth(cut) > room do
    count = count - 1
    cut = vim.fn.strcharpart(text, 0, count)
  end
  return cut .. mark
end

---@param text string
---@param width integer in cells
---@return string exactly `width` cells wide, cut or filled with spaces
function M.pad(text, width)
  local fitted = M.fit(text, width)
  return fitted .. (" "):rep(width - vim.fn.strdisplaywidth(fitted))
end

---For 'statusline' and friends, where % begins an item.
---@param text string
---@return string
function M.statusline(text)
  return (M.clean(text):gsub("%%", "%%%%"))
end

---@param seconds? number
---@return string e.g. "0:41", "1:02:03"
function M.clock(seconds)
  local whole = math.max(0, math.floor(tonumber(seconds) or 0))
  if whole >= 3600 then
    return ("%d:%02d:%02d"):format(whole / 3600, whole / 60 % 60, whole % 60)
  end
  return ("%d:%02d"):format(whole / 60, whole % 60)
end

---@param a string
---@param b string
---@return integer how many letters must be changed, added, left out or swapped
function M.distance(a, b)
  local before, last = {}, {}
  for j = 0, #b do
    last[j] = j
  end
  for i = 1, #a do
    local row = { [0] = i }
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      row[j] = math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
      local swapped = i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j)
      if swapped then
        row[j] = math.min(row[j], before[j - 2] + 1)
      end
    end
    before, last = last, row
  end
  return last[#b]
end

---@param word any
---@param known string[]
---@return string? # the known word that was probably meant
function M.nearest(word, known)
  word = tostring(word):lower()
  local best, least = nil, math.huge
  for _, each in ipairs(known) do
    local distance = M.distance(word, each:lower())
    if distance < least or (distance == least and each < best) then
      best, least = each, distance
    end
  end
  local longest = best and math.max(#word, #best) or 0
  return least <= math.max(1, math.floor(longest / 3)) and best or nil
end

return M
