"""What the types of the protocol do not say: when, why, and an example of each message."""

from typing import Any, NamedTuple


class Text(NamedTuple):
    """One method or notification, for people."""

    summary: str
    params: dict[str, Any]
    result: dict[str, Any]
    errors: tuple[str, ...] = ()


INTRODUCTION = """\
# The protocol

`lofi-daemon` without arguments, or with `--daemon`, serves one client on standard input and
output: JSON-RPC 2.0, one message a line. This page and [protocol.schema.json](protocol.schema.json)
are made from the types in `src/lofi/rpc` by `scripts/protocol`; a test compares them.

## Lines

- UTF-8 without byte order mark; a line ends with `\\n` or `\\r\\n`; blank lines are passed over.
- A line may hold 1 MiB. A longer one is one error -32600, and none of it is executed.
- A line that is not strict JSON (no NaN, no half surrogate pairs, no number over 308 characters)
  is an error -32700 with the id `null`, and the next line is served.
- Half a line at the end of the input is not executed.
- Batches are refused with -32600.
- Standard output carries nothing but protocol; the log goes to standard error.

## Messages

- `jsonrpc` is `"2.0"`; an `id` is a whole number, a string or `null`, and comes back as sent.
  A message without `id` is a notification and is never answered.
- `params` is an object; absent and `[]` count as `{}`. Members nobody knows are ignored; wrong
  types are refused. `30.0` counts as the whole number 30.
- Every message with an id gets exactly one reply, in the order of the calls; but others are
  answered while `library_export` encodes or a method about playing opens a device, which may take
  seconds. Each of these two keeps an order of its own.
- A reply goes before every notification that its call caused.
- `generate` answers at once; what becomes of the job is told by notifications. Each job ends in
  exactly one of `generation_complete`, `generation_error` and `generation_cancelled`.
- A client that reads slowly gets only the newest `generation_progress` of a job and the newest of
  each of `queue_changed`, `playback_changed`, `volume_changed`, `playlist_changed`, `radio_changed`
  and `timer_changed`; nothing else is left out. Once a thousand lines or 4 MiB wait for it, the
  daemon waits too; if it makes no room within three seconds, the daemon ends with code 0.

## Birth and death

The first `ping` is answered before anything slow is imported. When the client has gone, what plays
falls silent at once. The daemon ends with code 0 when its input ends, its output breaks, its parent
process is gone, it was idle for `idle_timeout_sec` (who plays is not idle), or `shutdown` was
called; with 143 by SIGTERM, and 130 by SIGINT. Jobs that waited or ran are taken up by the next
daemon on the same library, except after `shutdown`. A job that took two daemons with it is not
begun a third time.
"""

TRACK = {
    "track_id": "b37faaa28f0a0136",
    "path": "/home/me/.cache/lofi/tracks/b37faaa28f0a0136.wav",
    "prompt": "rainy night, rhodes",
    "seed": 42,
    "backend": "procedural",
    "model_version": "procedural-v1",
    "duration_sec": 30.0,
    "sample_rate": 48000,
    "licence": None,
    "generation_time_sec": 1.93,
    "created_at": "2026-01-31T21:04:11+00:00",
    "favorite": False,
    "plays": 0,
    "bytes": 5760594,
}
ID = {"track_id": TRACK["track_id"]}
PLACED = {
    **ID,
    "prompt": TRACK["prompt"],
    "duration_sec": 30,
    "seed": 42,
    "backend": "procedural",
    "priority": "normal",
    "background": False,
}
QUEUE = {
    "current": {
        **ID,
        "prompt": TRACK["prompt"],
        "state": "generating",
        "percent": 35,
        "eta_sec": 1.2,
    },
    "pending": [
        {"track_id": "8e14a1f7f8f2f4a6", "prompt": "dusty", "position": 1, "priority": "normal"}
    ],
    "capacity": 10,
    "prefetch_pending": False,
}
STATS = {
    "count": 1,
    "bytes": 5760594,
    "size_mb": 5.8,
    "seconds": 30.0,
    "favorites": 0,
    "oldest": TRACK["created_at"],
    "newest": TRACK["created_at"],
    "by_backend": {"procedural": 1},
    "limits": {"max_bytes": 500000000, "max_tracks": None},
    "read_only": None,
}
LISTING = Text(
    "Lists finished tracks, a page at a time.", {"limit": 1}, {"tracks": [TRACK], "total": 1}
)
DELETE = Text(
    "Removes a track, favourite or not.",
    ID,
    {"deleted": True, **ID},
    ("TRACK_NOT_FOUND", "CACHE_WRITE_ERROR"),
)
NUMBERS = Text("The library in numbers.", {}, STATS)
CLEAR = Text(
    "Removes all tracks, or all but the favourites.",
    {"keep_favorites": True},
    {"cleared": 1, "track_ids": [TRACK["track_id"]]},
    ("CACHE_WRITE_ERROR",),
)

MODEL = {"backend": "musicgen", "model": "musicgen-small-fp32"}
LICENCE = {
    "name": "CC-BY-NC-4.0",
    "url": "https://creativecommons.org/licenses/by-nc/4.0/",
    "note": "The weights of MusicGen and what is made with them are not for commercial use.",
}

METHODS = {
    "initialize": Text(
        "Compares versions. Optional; `compatible` is false if the protocol, or the major or minor"
        " version of the plugin, is another.",
        {"plugin_version": "0.1.0", "protocol": 1},
        {
            "version": "0.1.0",
            "protocol": 1,
            "plugin_version": "0.1.0",
            "compatible": True,
            "message": None,
        },
    ),
    "ping": Text(
        "Answers at once, whatever is being computed.", {}, {"status": "ok", "version": "0.1.0"}
    ),
    "shutdown": Text("Ends the daemon and gives up all jobs.", {}, {"status": "shutting_down"}),
    "generate": Text(
        "Has a track made. One that is in the library already is answered with `complete`, and"
        " its `generation_complete` follows; one that waits or runs already is joined, and its"
        " priority may rise. Everything that changes the sound is part of the id. Options of the"
        " chosen backend stand beside these parameters; `get_backends` describes them.",
        {"prompt": "rainy night, rhodes", "duration_sec": 30, "seed": 42},
        {**ID, "status": "queued", "position": 0, "seed": 42, "backend": "procedural"},
        (
            "INVALID_BACKEND",
            "INVALID_PROMPT",
            "INVALID_DURATION",
            "INVALID_INFERENCE_STEPS",
            "INVALID_GUIDANCE_SCALE",
            "INVALID_SCHEDULER",
            "QUEUE_FULL",
            "BACKEND_NOT_INSTALLED",
            "CACHE_WRITE_ERROR",
        ),
    ),
    "cancel": Text(
        "Gives up a job, waiting or running. A running one ends within half a second, and"
        " `generation_cancelled` follows.",
        ID,
        {"cancelled": True, "was_generating": True},
        ("TRACK_NOT_FOUND", "ALREADY_COMPLETE"),
    ),
    "get_backends": Text(
        "What can make music here.",
        {},
        {
            "backends": [
                {
                    "type": "procedural",
                    "name": "Procedural",
                    "summary": "composes and synthesises on the spot; needs no model",
                    "status": "ready",
                    "error": None,
                    "loaded": False,
                    "min_duration_sec": 5,
                    "max_duration_sec": 600,
                    "sample_rate": 48000,
                    "model_version": "procedural-v1",
                    "licence": None,
                    "options": {"type": "object", "properties": {}},
                }
            ],
            "default_backend": "procedural",
        },
    ),
    "queue_status": Text("The running job and those that wait.", {}, QUEUE),
    "queue_clear": Text(
        "Gives up all that wait; the running job goes on.",
        {},
        {"cleared": 1, "track_ids": ["8e14a1f7f8f2f4a6"]},
    ),
    "queue_move": Text(
        "Moves a waiting job, past priorities if need be; answers as `queue_status`.",
        {"track_id": "8e14a1f7f8f2f4a6", "position": 1},
        QUEUE,
        ("TRACK_NOT_FOUND",),
    ),
    "status": Text(
        "The daemon in numbers.",
        {},
        {
            "version": "0.1.0",
            "uptime_sec": 12.5,
            "generation": {"active": True, **ID, "percent": 35},
            "queue_length": 2,
            "cache_size_mb": 5.8,
            "library_read_only": None,
            "model": {
                "backend": "procedural",
                "device_asked": "auto",
                "device": "cpu",
                "device_reason": "it needs no other",
                "threads": None,
            },
            "playback": {
                "state": "playing",
                "output": "miniaudio",
                "mixed_sec": 81.5,
                "underruns": 0,
                "missing_ms": 0,
                "late_blocks": 0,
                "slowest_block_ms": 6.1,
            },
        },
    ),
    "styles": Text(
        "The styles a prompt can name.",
        {},
        {"styles": [{"id": "rainy", "name": "Rainy"}]},
    ),
    "library_list": LISTING,
    "library_get": Text("One track.", ID, TRACK, ("TRACK_NOT_FOUND",)),
    "library_delete": DELETE,
    "library_favorite": Text(
        "Makes a track a favourite, or no longer.",
        {**ID, "favorite": True},
        {**TRACK, "favorite": True},
        ("TRACK_NOT_FOUND", "CACHE_WRITE_ERROR"),
    ),
    "library_export": Text(
        "Copies a track into the export folder of the settings, under a name of its own; an older"
        " copy is replaced. Answered when it is written.",
        {**ID, "format": "ogg"},
        {**ID, "path": "/home/me/Music/lofi/lofi-b37faaa28f0a0136.ogg"},
        ("TRACK_NOT_FOUND", "CACHE_WRITE_ERROR"),
    ),
    "library_stats": NUMBERS,
    "library_clear": CLEAR,
    "download_backend": Text(
        "Begins to download a model: the one named, or the one the settings choose for a backend."
        " Answered at once; what becomes of it is told by notifications, and it ends in exactly one"
        " of `download_complete` and `download_error`. The user must have agreed to its size and"
        " licence, here or with `confirm_download`; the message of the error says what to ask."
        " An interrupted download goes on where it stopped. Downloads go one after another, tracks"
        " are made meanwhile, and the daemon does not leave as idle.",
        {"backend": "musicgen"},
        {
            **MODEL,
            "status": "started",
            "started": True,
            "already_installed": False,
            "files_downloaded": 0,
            "size_bytes": 2251406668,
            "licence": LICENCE,
        },
        (
            "INVALID_BACKEND",
            "INVALID_PARAMS",
            "DOWNLOAD_CONSENT_REQUIRED",
            "MODEL_DOWNLOAD_FAILED",
        ),
    ),
    "confirm_download": Text(
        "Remembers whether the user agrees to download a model, also for the command line and later"
        " daemons; false withdraws it.",
        {"backend": "musicgen", "consent": True},
        {"accepted": True},
        ("INVALID_BACKEND", "INVALID_PARAMS", "MODEL_DOWNLOAD_FAILED"),
    ),
    "download_cancel": Text(
        "Gives a download up; what has come stays, and the next one goes on from there. Its"
        " `download_error` says `DOWNLOAD_CANCELLED`.",
        {"backend": "musicgen"},
        {"cancelled": True},
        ("INVALID_BACKEND", "INVALID_PARAMS"),
    ),
}
ALIASES = {f"cache_{name}": f"library_{name}" for name in ("list", "delete", "stats", "clear")}

NOTIFICATIONS = {
    "generation_queued": Text("A job took a place in the queue.", {**PLACED, "position": 1}, {}),
    "generation_start": Text("A job's turn has come.", {**PLACED, "position": 0}, {}),
    "generation_progress": Text(
        "The running job passed another 5 %, or its model is there. 100 % is never told.",
        {
            **ID,
            "state": "generating",
            "percent": 35,
            "tokens_generated": 7,
            "tokens_estimated": 20,
            "current_step": 7,
            "total_steps": 20,
            "eta_sec": 1.2,
        },
        {},
    ),
    "generation_chunk": Text(
        "More of a job that was asked for with `stream` can be heard: in 16 bits from the beginning"
        " of the file to `frames`. The file's header gives no length until the job is done; when it"
        " has ended, the finished track takes its place. A backend that shapes a piece as a whole"
        " sends one at the end. A player that begins once a chunk is `playable`, or `starts_in_sec`"
        " after the latest chunk, is not overtaken while the machine is no slower than foreseen:"
        " from the speed so far, and that generation slows down as a model looks back on more.",
        {
            **ID,
            "path": "/home/me/.cache/lofi/tracks/.lofi-5d3f0a9be1c2447f03a9c1de.part",
            "frames": 160000,
            "sample_rate": 32000,
            "seconds": 5.0,
            "playable": False,
            "starts_in_sec": 2.5,
        },
        {},
    ),
    "generation_complete": Text(
        "A job became a track, or asked for one that was there.", TRACK, {}
    ),
    "generation_error": Text(
        "A job failed; no other is touched by it.",
        {
            **ID,
            "code": "MODEL_INFERENCE_FAILED",
            "message": "the inference process crashed (SIGABRT)",
            "recovery": "try again, perhaps with a shorter duration or another seed",
        },
        {},
    ),
    "generation_cancelled": Text(
        "A job was given up; no file stays.", {**ID, "at_step": 7, "total_steps": 20}, {}
    ),
    "queue_changed": Text("Positions are not what they were.", QUEUE, {}),
    "library_changed": Text(
        "Tracks came, went or changed.", {"reason": "added", "track_ids": [ID["track_id"]]}, {}
    ),
    "download_progress": Text(
        "A download went on: at most four times a second. Counts never fall; `waiting` means that"
        " another program downloads the same model.",
        {
            **MODEL,
            "phase": "fetching",
            "component": "decoder_model_merged.onnx",
            "file_name": "decoder_model_merged.onnx",
            "component_percent": 40,
            "overall_percent": 49,
            "bytes_downloaded": 1118004186,
            "bytes_total": 2251406668,
            "files_completed": 3,
            "files_total": 5,
        },
        {},
    ),
    "download_complete": Text(
        "A model is there, and every file is the one it should be.",
        {**MODEL, "model_version": "musicgen-small-fp32-v1", "files_total": 5},
        {},
    ),
    "download_error": Text(
        "A download failed or was given up. What has come stays.",
        {
            **MODEL,
            "code": "MODEL_DOWNLOAD_FAILED",
            "message": "gave up after 5 attempts: no connection to huggingface.co",
            "recovery": "check the network and free disk space, then try again: the download"
            " continues",
        },
        {},
    ),
}
