"""What the types do not say of playing, the radio and the timer: when, why, and examples."""

from typing import Any

from scripts.docs.protocol_text import ID, TRACK, Text

AT = 1769893451.25
POSITION = {"position": 12.5, "at": AT, "playing": True}
RADIO = {
    "prompt": "rainy jazz",
    "style": None,
    "source": "engine",
    "title": "rainy jazz",
    "track_id": None,
    "generating": True,
    "next_ready": False,
    "intensity": 0.5,
    "key": "D minor",
    "bpm": 72.0,
    "layers": {"drums": True, "bass": True, "chords": True, "pad": True, "lead": False},
    "kept": 0,
}
TIMER = {
    "phase": "focus",
    "remaining_sec": 1500.0,
    "at": AT,
    "focus_min": 25.0,
    "break_min": 5.0,
    "round": 1,
}
PLAYBACK: dict[str, Any] = {
    "state": "playing",
    "source": "track",
    "track": TRACK,
    "title": TRACK["prompt"],
    "duration_sec": 30.0,
    "position": POSITION,
    "volume": 0.7,
    "muted": False,
    "output": "miniaudio",
    "device": None,
    "problem": None,
    "playlist_length": 1,
    "playlist_index": 0,
    "loop": "off",
    "shuffle": False,
    "crossfade_sec": 2.0,
    "radio": None,
    "timer": None,
}
STOPPED = PLAYBACK | {
    "state": "stopped",
    "source": None,
    "track": None,
    "title": None,
    "duration_sec": None,
    "position": POSITION | {"position": 0.0, "playing": False},
    "playlist_length": 0,
    "playlist_index": None,
}
PAUSED = PLAYBACK | {"state": "paused", "position": POSITION | {"playing": False}}
ON_AIR = PLAYBACK | {
    "source": "radio",
    "track": None,
    "title": "rainy jazz",
    "duration_sec": None,
    "playlist_length": 0,
    "playlist_index": None,
    "radio": RADIO,
}
MUTE = {"volume": 0.7, "muted": True}
UNHEARD = ("AUDIO_DEVICE_ERROR", "AUDIO_PLAYBACK_ERROR", "TRACK_NOT_FOUND")
PLAYLIST = {"track_ids": [TRACK["track_id"]], "index": 0, "loop": "off", "shuffle": False}

METHODS = {
    "play": Text(
        "Plays one track, or several as the list. With neither it goes on: what is paused, else the"
        " list, else the newest track. A track that is not in the list is played beside it; the"
        " list goes on afterwards. Everything about playing is answered in the order of the calls,"
        " beside the others: a device that does not answer holds up nobody else.",
        ID,
        PLAYBACK,
        UNHEARD,
    ),
    "pause": Text("Silence, and stays where it is. Never the other way round.", {}, PAUSED),
    "resume": Text("Goes on where it was.", {}, PLAYBACK, ("AUDIO_DEVICE_ERROR",)),
    "toggle": Text("`pause` while something plays, else `play`.", {}, PLAYBACK, UNHEARD),
    "stop": Text(
        "Silence at once, without a fade; nothing is on any more, the radio neither.", {}, STOPPED
    ),
    "next": Text(
        "What follows in the list, or something else on the radio; with nothing that follows it"
        " stops.",
        {},
        PLAYBACK,
        ("AUDIO_DEVICE_ERROR",),
    ),
    "previous": Text(
        "From three seconds into a track its beginning; before, what was played before it.",
        {},
        PLAYBACK,
        ("AUDIO_DEVICE_ERROR",),
    ),
    "seek": Text(
        "Goes elsewhere in the track that plays, to `position_sec` or by `offset_sec`.",
        {"position_sec": 12.5},
        PLAYBACK,
    ),
    "volume_set": Text(
        "Sets `level`, or changes it by `delta`. It is a factor of the amplitude, and is remembered"
        " for the next daemon, but for 0.",
        {"level": 0.7},
        PLAYBACK,
    ),
    "volume_get": Text("How loud it is.", {}, {"volume": 0.7, "muted": False}),
    "mute": Text("Silence while it plays on, or no longer.", {"muted": True}, PLAYBACK | MUTE),
    "duck": Text(
        "Softer while something else is to be heard: a call, a recording.",
        {"active": True},
        PLAYBACK,
    ),
    "audio_devices": Text(
        "What sound can come out of. Empty where only a program of the system plays.",
        {},
        {
            "current": None,
            "available": [{"name": "Loudspeakers", "is_default": True, "sample_rate": 48000}],
        },
    ),
    "audio_device_set": Text(
        "Plays on another device, at once.",
        {"device": "Loudspeakers"},
        PLAYBACK | {"device": "Loudspeakers"},
        ("AUDIO_DEVICE_ERROR",),
    ),
    "crossfade_set": Text(
        "How long one track fades into the next: for a track shorter than twice that, a quarter of"
        " it; for one below two seconds, not at all. 0 joins them without a gap.",
        {"duration_sec": 2.0},
        PLAYBACK,
    ),
    "playback_status": Text(
        "The player as it stands. Nobody needs to ask again and again: `position` moves by itself"
        " while `playing`, and all else is told.",
        {},
        PLAYBACK,
    ),
    "playlist_get": Text(
        "The list.",
        {},
        {"tracks": [TRACK], "index": 0, "loop": "off", "shuffle": False},
    ),
    "playlist_add": Text(
        "Puts a track into the list; one that is there already is moved.",
        ID,
        PLAYBACK,
        ("TRACK_NOT_FOUND",),
    ),
    "playlist_remove": Text(
        "Takes a track out of the list; if it plays, it plays on.",
        ID,
        PLAYBACK | {"playlist_length": 0, "playlist_index": None},
        ("TRACK_NOT_FOUND",),
    ),
    "playlist_move": Text(
        "Puts a track of the list elsewhere.", {**ID, "position": 0}, PLAYBACK, ("TRACK_NOT_FOUND",)
    ),
    "playlist_clear": Text(
        "Empties the list; what plays goes on.",
        {},
        PLAYBACK | {"playlist_length": 0, "playlist_index": None},
    ),
    "playlist_set": Text(
        "How the list goes on at its end, and whether its order is drawn: then each track is played"
        " once before any comes again.",
        {"loop": "all"},
        PLAYBACK | {"loop": "all"},
    ),
    "prefetch_config": Text(
        "Has the next track made while one plays that nothing follows, so that music goes on."
        " `same_prompt` makes another of the same, the others take `presets` in turn or by chance."
        " `trigger` says how much of the track is heard before; null begins in time by the speed"
        " that was measured. The track is added to the list.",
        {"enabled": True},
        {
            "enabled": True,
            "strategy": "same_prompt",
            "presets": ["rainy night, soft piano, slow"],
            "trigger": None,
            "pending": False,
        },
        ("INVALID_PROMPT",),
    ),
    "radio_start": Text(
        "Music that goes on: the engine at once, then tracks as they are made.",
        {"prompt": "rainy jazz"},
        ON_AIR,
        ("AUDIO_DEVICE_ERROR", "INVALID_PROMPT", "INVALID_BACKEND", "BACKEND_NOT_INSTALLED"),
    ),
    "radio_stop": Text("Ends it.", {}, STOPPED),
    "radio_steer": Text(
        "Changes what the radio plays. Layers and intensity are heard at once, key and tempo with"
        " the next bar; where they are asked for, the engine plays, which can do that.",
        {"intensity": 0.8},
        ON_AIR | {"radio": RADIO | {"intensity": 0.8}},
    ),
    "keep": Text(
        "Keeps what was just heard: the running track as a favourite, or what the engine played"
        " last as a track of its own.",
        {},
        {"track_id": TRACK["track_id"], "path": TRACK["path"], "title": "rainy jazz"},
        ("CACHE_WRITE_ERROR",),
    ),
    "timer_start": Text(
        "Work and rest in turn; music fades out for a rest and comes back with work.",
        {"focus_min": 25, "break_min": 5},
        PLAYBACK | {"timer": TIMER},
    ),
    "timer_stop": Text("No timer any more.", {}, PLAYBACK),
}
ALIASES = {"skip": "next"}
NOTIFICATIONS = {
    "playback_started": Text("Something else is heard from now on.", PLAYBACK, {}),
    "playback_paused": Text("It stands still.", PAUSED, {}),
    "playback_resumed": Text("It goes on.", PLAYBACK, {}),
    "playback_ended": Text(
        "Something is heard no more. `track_id` is null for what the radio played.",
        {**ID, "reason": "finished", "message": None},
        {},
    ),
    "playback_changed": Text(
        "The player is not as it was; a newer one takes the place of an older that has not left"
        " yet.",
        PLAYBACK,
        {},
    ),
    "volume_changed": Text("Louder, softer, muted or not; as above.", MUTE, {}),
    "playlist_changed": Text("The list is not as it was; as above.", PLAYLIST, {}),
    "radio_changed": Text("The radio is not as it was; as above.", {"radio": RADIO}, {}),
    "timer_changed": Text("The timer turned, began or ended; as above.", {"timer": TIMER}, {}),
}
