--- The public API. Every function may be called before `setup()`, and before the daemon runs:
--- what needs it starts it. Callbacks are called exactly once, in the main loop, with an error or
--- nil, and a result; without a callback, an error is shown to the user. Arguments of a wrong type
--- are such an error too.
local M = {}

---Settings; optional. See `lua/lofi/config.lua` for what there is. May be called again.
---@param opts? lofi.Opts
function M.setup(opts)
  require("lofi.config").set(opts)
end

---Has a track made.
---@param what lofi.GenerateOpts|string
---@param cb? fun(err?: lofi.Error, track?: lofi.Track) when it is finished, failed or cancelled
---@return lofi.Job
function M.generate(what, cb)
  return require("lofi.generation").generate(what, cb)
end

---The last prompt again, as another take unless told otherwise.
---@param opts? { seed?: integer|"same" }
---@param cb? fun(err?: lofi.Error, track?: lofi.Track)
---@return lofi.Job
function M.again(opts, cb)
  return require("lofi.generation").again(opts, cb)
end

---Several takes of the last prompt.
---@param count integer 1 to 9
---@param cb? fun(err?: lofi.Error, track?: lofi.Track) once for each of them
---@return lofi.Job[]
function M.variations(count, cb)
  return require("lofi.generation").variations(count, cb)
end

---Gives up one job, or ("all") every one; without an id the running one, else the next.
---@param track_id? string
---@param cb? lofi.Callback
function M.cancel(track_id, cb)
  require("lofi.generation").cancel(track_id, cb)
end

---Whether any job waits or runs.
---@return boolean
function M.is_generating()
  return require("lofi.generation").is_generating()
end

---The track that plays, else the newest one finished in this session.
---@return lofi.Track?
function M.current_track()
  local state = require("lofi.state").get()
  local playing = state.playback and state.playback.track
  return vim.deepcopy(playing or state.last_track)
end

---The newest track finished in this session.
---@return lofi.Track?
function M.last_track()
  return vim.deepcopy(require("lofi.state").get().last_track)
end

---@return boolean
function M.is_playing()
  local playback = require("lofi.state").get().playback
  return playback ~= nil and playback.state == "playing"
end

---@return boolean
function M.is_daemon_running()
  return require("lofi.daemon").is_running()
end

---What can make music here.
---@param cb? fun(err?: lofi.Error, backends?: lofi.Backend[])
function M.get_backends(cb)
  require("lofi.catalogue").get_backends(cb)
end

---The styles a prompt can name.
---@param cb? fun(err?: lofi.Error, styles?: lofi.Style[])
function M.styles(cb)
  require("lofi.catalogue").styles(cb)
end

---Plays a track, several, or (nothing given) goes on, else the playlist, else the newest track.
---@param track_id? string|string[]
---@param cb? lofi.Callback
function M.play(track_id, cb)
  require("lofi.player").play(track_id, cb)
end

---@param cb? lofi.Callback
function M.pause(cb)
  require("lofi.player").pause(cb)
end

---@param cb? lofi.Callback
function M.resume(cb)
  require("lofi.player").resume(cb)
end

---@param cb? lofi.Callback
function M.toggle(cb)
  require("lofi.player").toggle(cb)
end

---Stops the sound. `shutdown` ends the daemon.
---@param cb? lofi.Callback
function M.stop(cb)
  require("lofi.player").stop(cb)
end

---@param cb? lofi.Callback
function M.next(cb)
  require("lofi.player").next(cb)
end

M.skip = M.next

---@param cb? lofi.Callback
function M.prev(cb)
  require("lofi.player").prev(cb)
end

M.previous = M.prev

---@param where number|string seconds from the beginning; "+10" or "-10": from here
---@param cb? lofi.Callback
function M.seek(where, cb)
  require("lofi.player").seek(where, cb)
end

---@param level? number|string 0 to 1; "+0.1", "-0.1": from what it is; nil: only tell the callback
---@param cb? lofi.Callback
function M.volume(level, cb)
  require("lofi.player").volume(level, cb)
end

---@param muted? boolean nil: the other way round
---@param cb? lofi.Callback
function M.mute(muted, cb)
  require("lofi.player").mute(muted, cb)
end

---Makes room for another sound, and comes back.
---@param active boolean
---@param level? number what is left of the volume meanwhile
---@param cb? lofi.Callback
function M.duck(active, level, cb)
  require("lofi.player").duck(active, level, cb)
end

---@param name? string an output device; nil: only tell the callback which there are
---@param cb? lofi.Callback
function M.device(name, cb)
  require("lofi.player").device(name, cb)
end

---@param seconds number 0 to 12
---@param cb? lofi.Callback
function M.crossfade(seconds, cb)
  require("lofi.player").crossfade(seconds, cb)
end

---What is played one after another.
---@param change? lofi.PlaylistChange nil: only tell the callback
---@param cb? fun(err?: lofi.Error, playlist?: table)
function M.playlist(change, cb)
  require("lofi.player").playlist(change, cb)
end

---Music without end, from a prompt or a style; `false` ends it.
---@param what? string|false
---@param cb? lofi.Callback
function M.radio(what, cb)
  require("lofi.radio").start(what, cb)
end

---Changes the running radio.
---@param how lofi.Steering
---@param cb? lofi.Callback
function M.steer(how, cb)
  require("lofi.radio").steer(how, cb)
end

---Saves what was just heard.
---@param seconds? number of the engine's music; nil: the running piece, or a minute
---@param cb? lofi.Callback
function M.keep(seconds, cb)
  require("lofi.radio").keep(seconds, cb)
end

---A timer for work and breaks; `false` ends it.
---@param minutes? { focus?: number, break_?: number }|false
---@param cb? lofi.Callback
function M.timer(minutes, cb)
  require("lofi.radio").timer(minutes, cb)
end

---The jobs that run and wait.
---@param cb? fun(err?: lofi.Error, queue?: lofi.State.Queue)
---@return lofi.State.Queue # as it is known now
function M.queue(cb)
  return require("lofi.generation").queue(cb)
end

---Moves a waiting job.
---@param track_id string
---@param position integer number of jobs ahead of it, the running one included
---@param cb? lofi.Callback
function M.move(track_id, position, cb)
  require("lofi.generation").move(track_id, position, cb)
end

---Finished tracks, the newest first. `query` as for `library_list` in the protocol.
---@param query? table
---@param cb? fun(err?: lofi.Error, tracks?: lofi.Track[])
function M.library(query, cb)
  require("lofi.library").list(query, cb)
end

---@param track_id? string nil: the current track
---@param favorite? boolean nil: the other way round
---@param cb? fun(err?: lofi.Error, track?: lofi.Track)
function M.favorite(track_id, favorite, cb)
  require("lofi.library").favorite(track_id, favorite, cb)
end

---@param track_id string
---@param cb? lofi.Callback
function M.delete(track_id, cb)
  require("lofi.library").delete(track_id, cb)
end

---Copies a track to a file (.wav, .flac, .ogg, .mp3), or (no path) into the folder for exports.
---@param track_id? string nil: the current track
---@param opts? { path?: string, format?: string, force?: boolean }
---@param cb? fun(err?: lofi.Error, result?: { path: string })
function M.export(track_id, opts, cb)
  require("lofi.library").export(track_id, opts, cb)
end

---Fetches a backend's model. Size and licence must be agreed to: `consent`, or the user is asked.
---@param backend string
---@param opts? { consent?: boolean, model?: string }
---@param cb? lofi.Callback when it is there, failed or was given up
function M.download(backend, opts, cb)
  require("lofi.download").start(backend, opts, cb)
end

---@param backend string
---@param cb? lofi.Callback
function M.download_cancel(backend, cb)
  require("lofi.download").cancel(backend, cb)
end

---A copy of everything known.
---@return lofi.State
function M.state()
  return vim.deepcopy(require("lofi.state").get())
end

---Calls `fn` with the event's data whenever it happens; `User Lofi…` autocommands get the same.
---@param name lofi.Event
---@param fn fun(data: table)
---@return fun() off
function M.on(name, fn)
  return require("lofi.events").on(name, fn)
end

---As `on`, for one time.
---@param name lofi.Event
---@param fn fun(data: table)
---@return fun() off
function M.once(name, fn)
  return require("lofi.events").once(name, fn)
end

---@param name lofi.Event
---@param fn fun(data: table)
function M.off(name, fn)
  require("lofi.events").off(name, fn)
end

---A text for 'statusline'; empty when nothing is going on.
---@param opts? table
---@return string
function M.statusline(opts)
  return require("lofi.statusline").text(opts)
end

---Opens the studio, or closes it.
function M.studio()
  require("lofi.ui.studio").toggle()
end

---Installs the daemon, into an environment of the plugin's own. `:Lofi install` asks, and shows it.
---@param opts? lofi.install.Opts
---@param cb? fun(err?: lofi.Error, result?: lofi.install.Result)
---@return lofi.Install? # nil if it cannot begin, as the callback hears
function M.install(opts, cb)
  local ask, is = require("lofi.ask"), require("lofi.schema")
  local rules = { extras = is.list(is.text), on_line = is.callable, on_step = is.callable }
  ask.callback("install", cb)
  local err = opts ~= nil and ask.check("install", rules, opts) or nil
  if err then
    return ask.tell(cb, err)
  end
  return require("lofi.install").start(opts, function(...)
    ask.tell(cb, ...)
  end)
end

---Ends the daemon and starts a new one.
---@param cb? lofi.Callback
function M.restart(cb)
  require("lofi.daemon").restart(cb)
end

---Ends the daemon and gives up all jobs.
---@param cb? lofi.Callback
function M.shutdown(cb)
  require("lofi.daemon").shutdown(cb)
end

return M
