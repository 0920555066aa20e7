--- Telescope's pickers for tracks, with their waveforms, and for earlier prompts.
--- `:Telescope lofi` and `:Telescope lofi prompts`; `load_extension("lofi")` has them complete.
local telescope = require("telescope")

local M = {}

local WAVE_LINES = 6

local namespace = vim.api.nvim_create_namespace("lofi.telescope")

---@param buf integer
---@param at integer line, from 0
---@param lines lofi.ui.Chunk[][]
local function put(buf, at, lines)
  local flat, marks = {}, {}
  for index, chunks in ipairs(lines) do
    flat[index], marks[index] = require("lofi.ui.render").flat(chunks)
  end
  vim.api.nvim_buf_set_lines(buf, at, at + #flat, false, flat)
  for index, each in ipairs(marks) do
    for _, mark in ipairs(each) do
      local opts = { end_col = mark[2], hl_group = mark[3] }
      vim.api.nvim_buf_set_extmark(buf, namespace, at + index - 1, mark[1], opts)
    end
  end
end

---@param lines string[]
---@return lofi.ui.Chunk[][]
local function coloured(lines)
  return vim.tbl_map(function(line)
    return { { line, "LofiBar" } }
  end, lines)
end

---@param buf integer
---@param track lofi.Track
---@param width integer
local function preview(buf, track, width)
  local icons = require("lofi.ui.icons").get(require("lofi.config").get().ui.icons)
  local blank = coloured(vim.fn["repeat"]({ "" }, WAVE_LINES + 1))
  put(buf, 0, blank)
  put(
    buf,
    #blank,
    require("lofi.ui.details").page({ kind = "track", item = track, lines = {} }, width, icons)
  )
  local waveform = require("lofi.waveform")
  waveform.peaks(tostring(track.path), width, function(problem, peaks)
    if not vim.api.nvim_buf_is_valid(buf) then
      return
    end
    local lines = peaks and coloured(waveform.draw(peaks, WAVE_LINES))
      or { { { problem, "LofiDim" } } }
    put(buf, 0, lines)
  end)
end

local function previewer()
  return require("telescope.previewers").new_buffer_previewer({
    title = "Track",
    define_preview = function(self, entry)
      local width = vim.api.nvim_win_get_width(self.state.winid) - 2
      preview(self.state.bufnr, entry.value, math.max(10, width))
    end,
  })
end

---@param tracks lofi.Track[]
local function finder(tracks)
  return require("telescope.finders").new_table({
    results = tracks,
    entry_maker = function(track)
      return {
        value = track,
        display = require("lofi.picker").track_line(track),
        ordinal = require("lofi.text").clean(track.prompt),
        path = track.path,
      }
    end,
  })
end

---@param prompt_bufnr integer
local function reload(prompt_bufnr)
  local picker = require("telescope.actions.state").get_current_picker(prompt_bufnr)
  if picker then
    picker:refresh(finder(require("lofi.state").get().library.tracks), { reset_prompt = false })
  end
end

---@param prompt_bufnr integer
---@return fun(err?: lofi.Error)
local function answer(prompt_bufnr)
  return function(err)
    if err then
      return require("lofi.notice").failed(err)
    end
    reload(prompt_bufnr)
  end
end

---@return lofi.Track?
local function selected()
  local entry = require("telescope.actions.state").get_selected_entry()
  return entry and entry.value
end

---@param prompt_bufnr integer
local function toggle_favorite(prompt_bufnr)
  local track = selected()
  if track then
    require("lofi").favorite(track.track_id, not track.favorite, answer(prompt_bufnr))
  end
end

local armed ---@type string? the track that goes when its key is pressed again

---@param prompt_bufnr integer
local function delete(prompt_bufnr)
  local track = selected()
  if track and armed == track.track_id then
    armed = nil
    require("lofi").delete(track.track_id, answer(prompt_bufnr))
  elseif track then
    armed = track.track_id
    require("lofi.notice").say("once more deletes " .. require("lofi.text").fit(track.prompt, 30))
  end
end

local function yank()
  local track = selected()
  if track then
    vim.fn.setreg(vim.v.register, track.path)
    require("lofi.notice").say("path yanked")
  end
end

---@param prompt_bufnr integer
local function play(prompt_bufnr)
  local track = selected()
  require("telescope.actions").close(prompt_bufnr)
  if track then
    require("lofi").play(track.track_id)
  end
end

---@param opts table telescope's
---@param tracks lofi.Track[]
local function show(opts, tracks)
  armed = nil
  local pickers, config = require("telescope.pickers"), require("telescope.config").values
  pickers
    .new(opts, {
      prompt_title = "Lofi tracks",
      finder = finder(tracks),
      sorter = config.generic_sorter(opts),
      previewer = previewer(),
      attach_mappings = function(_, map)
        require("telescope.actions").select_default:replace(play)
        map({ "i", "n" }, "<M-f>", toggle_favorite, { desc = "favourite, or no longer" })
        map({ "i", "n" }, "<M-d>", delete, { desc = "delete (asks first)" })
        map({ "i", "n" }, "<M-y>", yank, { desc = "yank the path" })
        return true
      end,
    })
    :find()
end

---Finished tracks: <CR> plays, <M-f> marks as a favourite, <M-d> deletes, <M-y> yanks the path.
---@param opts? table telescope's
function M.tracks(opts)
  require("lofi").library(nil, function(err, tracks)
    if err then
      return require("lofi.notice").failed(err)
    end
    require("lofi.ui.highlight").setup()
    show(opts or {}, tracks or {})
  end)
end

---Earlier prompts: <CR> takes one into the studio's prompt line.
---@param opts? table telescope's
function M.prompts(opts)
  opts = opts or {}
  local pickers, config = require("telescope.pickers"), require("telescope.config").values
  pickers
    .new(opts, {
      prompt_title = "Lofi prompts",
      finder = require("telescope.finders").new_table({
        results = require("lofi.picker").earlier_prompts(),
      }),
      sorter = config.generic_sorter(opts),
      attach_mappings = function(prompt_bufnr)
        require("telescope.actions").select_default:replace(function()
          local entry = require("telescope.actions.state").get_selected_entry()
          require("telescope.actions").close(prompt_bufnr)
          if entry then
            require("lofi.ui.studio").prompt(entry[1])
          end
        end)
        return true
      end,
    })
    :find()
end

return telescope.register_extension({
  exports = { lofi = M.tracks, tracks = M.tracks, prompts = M.prompts },
})
