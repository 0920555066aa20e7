--- Dates and spans of time as people say them.
local M = {}

local MINUTE, HOUR, DAY = 60, 3600, 86400

---Days since 1970 of a date of the Gregorian calendar; months are counted from March.
---@param year integer
---@param month integer
---@param day integer
---@return integer
local function days(year, month, day)
  if month <= 2 then
    year, month = year - 1, month + 12
  end
  local leaps = math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400)
  return 365 * year + leaps + math.floor((153 * (month - 3) + 2) / 5) + day - 719469
end

---@param iso any ISO 8601 in UTC: "2026-01-31T21:04:11+00:00"
---@return integer? seconds since 1970
function M.unix(iso)
  if type(iso) ~= "string" then
    return nil
  end
  local year, month, day, hour, minute, second =
    iso:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)")
  if not year then
    return nil
  end
  local date = days(assert(tonumber(year)), assert(tonumber(month)), assert(tonumber(day)))
  return date * DAY + tonumber(hour) * HOUR + tonumber(minute) * MINUTE + tonumber(second)
end

---@param iso any ISO 8601 in UTC
---@param now number seconds since 1970
---@return string at most ten cells: "2 min ago"; empty if the date is none
function M.ago(iso, now)
  local at = M.unix(iso)
  if not at then
    return ""
  end
  local age = now - at
  if age < MINUTE then
    return "just now"
  elseif age < HOUR then
    return ("%d min ago"):format(age / MINUTE)
  elseif age < DAY then
    return ("%d h ago"):format(age / HOUR)
  elseif age < 2 * DAY then
    return "yesterday"
  elseif age < 60 * DAY then
    return ("%d d ago"):format(age / DAY)
  end
  return iso:sub(1, 10)
end

return M
