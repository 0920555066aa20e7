--- What plays and what is made, for lualine: `sections = { lualine_x = { "lofi" } }`.
--- A click pauses or goes on, one with the right button opens the studio, one in the middle skips.
local Lofi = require("lualine.component"):extend()

---@type table<string, fun()>
local CLICKS = {
  l = function()
    require("lofi").toggle()
  end,
  m = function()
    require("lofi").next()
  end,
  r = function()
    require("lofi").studio()
  end,
}

---@param options table lualine's own, and those of `lofi.statusline`
function Lofi:init(options)
  options.on_click = options.on_click
    or function(_, button)
      local run = CLICKS[button]
      if run then
        run()
      end
    end
  Lofi.super.init(self, options)
end

---@return string
function Lofi:update_status()
  return require("lofi.statusline").text({ title = self.options.title })
end

return Lofi
