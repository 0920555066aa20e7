---@meta
-- Types of the public surface. Nothing here runs.
--
-- `lofi.Opts` is what a user may write (everything optional); `lofi.Config` is what the plugin
-- reads (`lua/lofi/config.lua` holds the defaults and explains each field).

error("types are for language servers, not for running")

---@class (exact) lofi.Opts
---@field daemon? lofi.Opts.Daemon
---@field backend? string
---@field device? string
---@field threads? integer
---@field defaults? lofi.Opts.Defaults
---@field player? lofi.Opts.Player
---@field radio? lofi.Opts.Radio
---@field ui? lofi.Opts.Ui
---@field log? lofi.Opts.Log
---@field keys? table<string, string|function|false>
---@field prompt_keys? table<string, string|function|false>

---@class (exact) lofi.Opts.Daemon
---@field cmd? string|string[]
---@field env? table<string, string>
---@field idle_timeout? integer
---@field restart? number[]
---@field timeout? number

---@class (exact) lofi.Opts.Defaults
---@field duration? integer
---@field style? string
---@field seed? integer

---@class (exact) lofi.Opts.Player
---@field backend? string
---@field device? string
---@field volume? number
---@field autoplay? boolean
---@field crossfade? number

---@class (exact) lofi.Opts.Radio
---@field ahead? boolean
---@field strategy? "same_prompt"|"preset_cycle"|"random_preset"
---@field presets? string[]
---@field trigger? number

---@class (exact) lofi.Opts.Ui
---@field layout? "float"|"right"|"bottom"
---@field width? number
---@field border? string|string[]
---@field icons? "auto"|"unicode"|"ascii"|table<string, string>
---@field progress? "auto"|"native"|"fidget"|"notify"|"none"
---@field notify? boolean

---@class (exact) lofi.Opts.Log
---@field level? "debug"|"info"|"warn"|"error"|"off"

---@class (exact) lofi.Config
---@field daemon lofi.Config.Daemon
---@field backend string
---@field device string
---@field threads? integer
---@field defaults lofi.Config.Defaults
---@field player lofi.Config.Player
---@field radio lofi.Config.Radio
---@field ui lofi.Config.Ui
---@field log lofi.Config.Log
---@field keys table<string, string|function|false>
---@field prompt_keys table<string, string|function|false>

---@class (exact) lofi.Config.Daemon
---@field cmd? string[]
---@field env table<string, string>
---@field idle_timeout? integer
---@field restart number[]
---@field timeout number

---@class (exact) lofi.Config.Defaults
---@field duration integer
---@field style? string
---@field seed? integer

---@class (exact) lofi.Config.Player
---@field backend string
---@field device? string
---@field volume? number
---@field autoplay boolean
---@field crossfade? number

---@class (exact) lofi.Config.Radio
---@field ahead? boolean
---@field strategy? "same_prompt"|"preset_cycle"|"random_preset"
---@field presets? string[]
---@field trigger? number

---@class (exact) lofi.Config.Ui
---@field layout "float"|"right"|"bottom"
---@field width number
---@field border? string|string[]
---@field icons "auto"|"unicode"|"ascii"|table<string, string>
---@field progress "auto"|"native"|"fidget"|"notify"|"none"
---@field notify boolean

---@class (exact) lofi.Config.Log
---@field level "debug"|"info"|"warn"|"error"|"off"

---An error as every callback gets it. Never a stack trace.
---@class (exact) lofi.Error
---@field code integer as on the wire; -32099 for what happened on this side of it
---@field name string e.g. "QUEUE_FULL", "DAEMON_EXITED"
---@field message string what went wrong
---@field hint? string what to do about it

---@alias lofi.Callback fun(err?: lofi.Error, result?: table)

---What `generate` takes. A string stands for `{ prompt = … }`.
---@class lofi.GenerateOpts
---@field prompt? string may be absent if there is a style
---@field style? string a style's name, put before the prompt
---@field duration_sec? integer
---@field seed? integer 0 to 4294967295; absent: drawn
---@field priority? "normal"|"high"
---@field backend? string
---@field inference_steps? integer
---@field guidance_scale? number
---@field scheduler? string
---@field options? table<string, any> further ones, as `get_backends` describes them
---@field on_start? fun(track_id: string) the id, as soon as the daemon has given it

---A request to make a track, and what became of it.
---@class lofi.Job
---@field id? string the track's id; nil until the daemon has answered
---@field done boolean
---@field err? lofi.Error
---@field track? lofi.Track
---@field cancel fun(self: lofi.Job, cb?: lofi.Callback)
---@field wait fun(self: lofi.Job, ms?: integer): boolean lets Neovim work until it has ended

---A finished track, as the daemon describes it.
---@class lofi.Track
---@field track_id string
---@field path string
---@field prompt string
---@field seed integer
---@field backend string
---@field model_version string
---@field duration_sec number
---@field sample_rate integer
---@field licence? string
---@field generation_time_sec number
---@field created_at string ISO 8601, UTC
---@field favorite boolean
---@field plays integer
---@field bytes integer

---The mirror of what the daemon knows. Read it, never write it.
---@class lofi.State
---@field daemon lofi.State.Daemon
---@field queue lofi.State.Queue
---@field jobs table<string, lofi.State.Job> by track id, finished ones included
---@field library lofi.State.Library
---@field downloads table<string, lofi.State.Download> by backend
---@field backends lofi.Backend[]
---@field default_backend? string
---@field styles lofi.Style[]
---@field playback? lofi.Playback nil until the daemon has told
---@field playlist lofi.Playlist
---@field radio? lofi.Radio
---@field timer? lofi.Timer
---@field last_track? lofi.Track the newest finished one of this session
---@field last_error? lofi.Error

---@class lofi.State.Daemon
---@field status "stopped"|"starting"|"ready"|"restarting"|"failed"
---@field version? string
---@field pid? integer
---@field message? string why it failed or restarts, and what to do

---@class lofi.State.Queue
---@field current? lofi.State.Current
---@field pending lofi.State.Waiting[]
---@field capacity? integer

---@class lofi.State.Current
---@field track_id string
---@field prompt string
---@field state string
---@field percent integer
---@field eta_sec number

---@class lofi.State.Waiting
---@field track_id string
---@field prompt string
---@field position integer
---@field priority string

---@class lofi.State.Job
---@field track_id string
---@field prompt string
---@field duration_sec? integer
---@field seed? integer
---@field backend? string
---@field priority? string
---@field status "queued"|"loading"|"generating"|"complete"|"error"|"cancelled"
---@field position integer
---@field percent integer
---@field step? integer
---@field steps? integer
---@field eta_sec? number
---@field order integer counts up with every job and every end: the newest is the greatest
---@field background? boolean made for the radio, or ahead of time: nobody waits for it
---@field error? lofi.Error
---@field track? lofi.Track

---@class lofi.State.Library
---@field tracks lofi.Track[] newest first
---@field total integer
---@field loaded boolean whether `tracks` has been asked for

---@class lofi.State.Download
---@field backend string
---@field model? string
---@field phase? string
---@field percent integer
---@field bytes_downloaded? integer
---@field bytes_total? integer
---@field status "running"|"complete"|"error"
---@field error? lofi.Error

---@class lofi.Backend
---@field type string the name to ask for
---@field name string
---@field summary string
---@field status string
---@field error? string
---@field loaded boolean
---@field min_duration_sec integer
---@field max_duration_sec integer
---@field licence? string
---@field options table JSON schema of its options

---@class (exact) lofi.Style
---@field id string
---@field name string

---@class lofi.Playback
---@field state "stopped"|"playing"|"paused"
---@field source? "track"|"radio"
---@field track? lofi.Track
---@field title? string
---@field duration_sec? number
---@field position lofi.Position
---@field volume number 0 to 1
---@field muted boolean
---@field output string
---@field device? string
---@field problem? { message: string, recovery: string }
---@field playlist_length integer
---@field playlist_index? integer
---@field loop "off"|"all"|"one"
---@field shuffle boolean
---@field crossfade_sec number
---@field radio? lofi.Radio
---@field timer? lofi.Timer

---Where it was, in seconds, and when that was, in unix time.
---@class lofi.Position
---@field position number
---@field at number
---@field playing boolean

---@class (exact) lofi.PlaylistChange
---@field add? string a track's id
---@field at? integer where to
---@field remove? string a track's id
---@field clear? boolean
---@field loop? "off"|"all"|"one"
---@field shuffle? boolean

---@class (exact) lofi.Steering
---@field intensity? number 0 to 1
---@field key? string
---@field bpm? number
---@field mute? string[] layers
---@field unmute? string[]
---@field like? "more"|"less"

---@class lofi.Playlist
---@field track_ids string[]
---@field index? integer
---@field loop? string
---@field shuffle? boolean

---@class lofi.Radio
---@field prompt string
---@field style? string
---@field source "engine"|"generated"|"favourite"
---@field title string
---@field track_id? string
---@field generating boolean
---@field next_ready boolean
---@field intensity number
---@field key? string
---@field bpm? number
---@field layers table<string, boolean>
---@field kept integer

---@class lofi.Timer
---@field phase "focus"|"break"
---@field remaining_sec number
---@field at number unix time at which that was left
---@field focus_min number
---@field break_min number
---@field round integer

---@alias lofi.Event
---| "generation_queued" | "generation_start" | "generation_progress" | "generation_complete"
---| "generation_error" | "generation_cancelled" | "queue_changed" | "library_changed"
---| "download_progress" | "download_complete" | "download_error"
---| "playback_start" | "playback_pause" | "playback_resume" | "playback_end" | "playback_changed"
---| "volume_changed" | "playlist_changed" | "radio_changed" | "timer_changed"
---| "daemon_start" | "daemon_exit" | "daemon_error"
