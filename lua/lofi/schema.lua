--- Rules for settings: what a value may be, said in words when it is not. Pure.
---
--- A rule is a function: it gets a value and returns nil if it fits, else what it should have been.
local M = {}

---@alias lofi.Rule fun(value: any): string?
---@alias lofi.Rules table<string, lofi.Rule|table>

---@param name string a type's name
---@param words string
---@return lofi.Rule
function M.type(name, words)
  return function(value)
    return type(value) ~= name and words or nil
  end
end

M.text = M.type("string", "text")
M.flag = M.type("boolean", "true or false")
M.callable = M.type("function", "a function")

---@param least number
---@param most number
---@return lofi.Rule
function M.number(least, most)
  return function(value)
    local fits = type(value) == "number" and value >= least and value <= most
    return not fits and ("a number from %s to %s"):format(least, most) or nil
  end
end

---@param least integer
---@param most integer
---@return lofi.Rule
function M.integer(least, most)
  return function(value)
    local whole = type(value) == "number" and value % 1 == 0
    local fits = whole and value >= least and value <= most
    return not fits and ("a whole number from %.0f to %.0f"):format(least, most) or nil
  end
end

---@param ... any the values that are allowed
---@return lofi.Rule
function M.one_of(...)
  local known = { ... }
  return function(value)
    if vim.list_contains(known, value) then
      return nil
    end
    return "one of " .. table.concat(vim.tbl_map(tostring, known), ", ")
  end
end

---@param rule lofi.Rule
---@return lofi.Rule
function M.list(rule)
  return function(value)
    if type(value) ~= "table" or not vim.islist(value) then
      return "a list"
    end
    for _, each in ipairs(value) do
      local should = rule(each)
      if should then
        return "a list, each of it " .. should
      end
    end
  end
end

---@param rule lofi.Rule
---@return lofi.Rule
function M.map(rule)
  return function(value)
    if type(value) ~= "table" then
      return "a table"
    end
    for key, each in pairs(value) do
      local should = type(key) ~= "string" and "under a name" or rule(each)
      if should then
        return ("a table, each of it %s (%s is not)"):format(should, tostring(key))
      end
    end
  end
end

---@param ... lofi.Rule
---@return lofi.Rule
function M.any(...)
  local rules = { ... }
  return function(value)
    local wanted = {}
    for _, rule in ipairs(rules) do
      local should = rule(value)
      if not should then
        return nil
      end
      wanted[#wanted + 1] = should
    end
    return table.concat(wanted, ", or ")
  end
end

---@param value any
---@return string
local function shown(value)
  local text = vim.inspect(value, { newline = " ", indent = "" })
  return require("lofi.text").fit(require("lofi.text").clean(text), 60)
end

---@param path string
---@param value any
---@param should string
---@return string
local function wrong(path, value, should)
  return ("%s = %s is not valid: use %s"):format(path, shown(value), should)
end

---@param path string
---@param known string[]
---@param key any
---@return string
local function unknown(path, known, key)
  local near = require("lofi.text").nearest(key, known)
  local advice = near and ("did you mean %s?"):format(near)
  table.sort(known)
  return ("there is no setting %s; %s"):format(
    path,
    advice or ("there are " .. table.concat(known, ", "))
  )
end

---What of `given` is valid, and what is wrong with the rest.
---@param rules lofi.Rules
---@param given any
---@param path? string what `given` is called in messages
---@return table valid
---@return string[] problems
function M.sift(rules, given, path)
  local valid, problems = {}, {}
  if type(given) ~= "table" then
    return valid, { wrong(path or "the configuration", given, "a table") }
  end
  local function at(key)
    return (path and path .. "." or "") .. tostring(key)
  end
  for key, value in pairs(given) do
    local rule = rules[key]
    if not rule then
      problems[#problems + 1] = unknown(at(key), vim.tbl_keys(rules), key)
    elseif type(rule) == "table" then
      local inner
      valid[key], inner = M.sift(rule, value, at(key))
      vim.list_extend(problems, inner)
    else
      local should = rule(value)
      if should then
        problems[#problems + 1] = wrong(at(key), value, should)
      else
        valid[key] = value
      end
    end
  end
  table.sort(problems)
  return valid, problems
end

return M
