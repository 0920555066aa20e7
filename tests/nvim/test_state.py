"""The mirror of the daemon, message by message."""

from typing import Any

import pytest

from fixtures.editor import Editor

MIRROR = """
local state = require("lofi.state")
state.reset()
local parts = {}
state.subscribe(function(_, changed) table.insert(parts, vim.tbl_keys(changed)) end)
local function take(name, params) return state.apply(name, params) end
"""
JOB = {"track_id": "a", "prompt": "rain", "duration_sec": 30, "seed": 7, "backend": "procedural"}
TRACK = {**JOB, "path": "/a.wav", "favorite": False}


def after(bench: Editor, *messages: tuple[str, Any]) -> dict[str, Any]:
    """The whole state after some messages."""
    state: dict[str, Any] = bench.lua(
        MIRROR + "for _, m in ipairs(...) do take(m[1], m[2]) end return state.get()",
        [list(message) for message in messages],
    )
    return state


def test_a_job_goes_its_way(bench: Editor) -> None:
    progress = {"state": "generating", "percent": 35, "current_step": 7, "total_steps": 20}
    queued = ("generation_queued", {**JOB, "position": 1})
    begun = ("generation_start", {**JOB, "position": 0})
    went_on = ("generation_progress", {"track_id": "a", "eta_sec": 1.2, **progress})
    assert after(bench, queued)["jobs"]["a"]["status"] == "queued"
    assert after(bench, queued, begun)["jobs"]["a"]["status"] == "loading"
    job = after(bench, queued, begun, went_on)["jobs"]["a"]
    assert (job["status"], job["percent"], job["step"], job["steps"]) == ("generating", 35, 7, 20)
    state = after(bench, queued, begun, went_on, ("generation_complete", TRACK))
    assert state["jobs"]["a"]["status"] == "complete"
    assert state["jobs"]["a"]["percent"] == 100
    assert state["last_track"] == TRACK


def test_a_failed_job_stays_with_what_to_do(bench: Editor) -> None:
    error = {"code": "QUEUE_FULL", "message": "full", "recovery": "wait"}
    state = after(
        bench, ("generation_start", JOB), ("generation_error", {"track_id": "a", **error})
    )
    assert state["jobs"]["a"]["error"] == {
        "code": -32004,
        "name": "QUEUE_FULL",
        "message": "full",
        "hint": "wait",
    }
    assert state["last_error"]["name"] == "QUEUE_FULL"


def test_progress_after_the_end_is_passed_over(bench: Editor) -> None:
    late = ("generation_progress", {"track_id": "a", "percent": 50})
    state = after(bench, ("generation_start", JOB), ("generation_complete", TRACK), late)
    assert state["jobs"]["a"]["percent"] == 100


def test_a_job_may_begin_again_under_its_id(bench: Editor) -> None:
    cancelled = ("generation_cancelled", {"track_id": "a", "at_step": 1, "total_steps": 2})
    state = after(bench, ("generation_start", JOB), cancelled, ("generation_queued", JOB))
    assert state["jobs"]["a"]["status"] == "queued"
    assert state["jobs"]["a"]["percent"] == 0


def test_jobs_of_the_queue_are_known_even_if_nothing_else_told_of_them(bench: Editor) -> None:
    pending = [{"track_id": "b", "prompt": "tea", "position": 1, "priority": "normal"}]
    state = after(bench, ("queue_changed", {"pending": pending, "capacity": 10}))
    assert state["jobs"]["b"]["prompt"] == "tea"
    assert state["queue"]["capacity"] == 10


def test_fifty_ended_jobs_are_remembered(bench: Editor) -> None:
    messages = [
        ("generation_cancelled", {"track_id": f"job {number}", "at_step": 0, "total_steps": 0})
        for number in range(60)
    ]
    jobs = after(bench, *messages)["jobs"]
    assert len(jobs) == 50
    assert "job 59" in jobs
    assert "job 9" not in jobs


def test_the_library_follows_what_comes_and_goes(bench: Editor) -> None:
    listed = ("library_list", {"tracks": [{**TRACK, "track_id": "b"}], "total": 1})
    state = after(bench, listed, ("generation_complete", TRACK))
    assert [track["track_id"] for track in state["library"]["tracks"]] == ["a", "b"]
    assert state["library"]["total"] == 2
    starred = ("library_favorite", {**TRACK, "favorite": True})
    deleted = ("library_changed", {"reason": "deleted", "track_ids": ["b"]})
    state = after(bench, listed, ("generation_complete", TRACK), starred, deleted)
    assert [track["favorite"] for track in state["library"]["tracks"]] == [True]
    assert state["library"]["total"] == 1


def test_a_library_that_nobody_asked_for_stays_unknown(bench: Editor) -> None:
    state = after(bench, ("generation_complete", TRACK))
    assert state["library"] == {"tracks": [], "total": 0, "loaded": False}


def test_a_download_goes_on_and_ends(bench: Editor) -> None:
    half = (
        "download_progress",
        {"backend": "musicgen", "overall_percent": 49, "phase": "fetching"},
    )
    assert after(bench, half)["downloads"]["musicgen"]["percent"] == 49
    done = after(bench, half, ("download_complete", {"backend": "musicgen"}))["downloads"]
    assert (done["musicgen"]["status"], done["musicgen"]["percent"]) == ("complete", 100)
    error = {"backend": "musicgen", "code": "MODEL_DOWNLOAD_FAILED", "message": "no network"}
    failed = after(bench, half, ("download_error", error))["downloads"]["musicgen"]
    assert (failed["status"], failed["error"]["message"]) == ("error", "no network")


PLAYBACK = {
    "state": "playing",
    "source": "radio",
    "position": {"position": 3.5, "at": 100.0, "playing": True},
    "volume": 0.4,
    "muted": False,
    "output": "miniaudio",
    "radio": {"prompt": "rain", "title": "bridge", "layers": {"drums": True}},
    "timer": {"phase": "focus", "remaining_sec": 60},
}


def test_playing_the_radio_and_the_timer_are_told_in_one(bench: Editor) -> None:
    state = after(bench, ("playback_changed", PLAYBACK))
    assert state["playback"]["position"] == PLAYBACK["position"]
    assert state["radio"]["title"] == "bridge"
    assert state["timer"]["phase"] == "focus"
    stopped = ("playback_changed", {"state": "stopped"})
    state = after(bench, ("playback_changed", PLAYBACK), stopped)
    assert state["playback"]["state"] == "stopped"
    assert "radio" not in state
    assert "timer" not in state


def test_a_playback_full_of_holes_is_filled(bench: Editor) -> None:
    playback = after(bench, ("playback_status", {"state": "playing", "volume": "loud"}))["playback"]
    assert playback["position"] == {"position": 0, "at": 0, "playing": False}
    assert playback["volume"] == 0.5
    assert playback["loop"] == "off"


def test_volume_radio_timer_and_playlist_follow_their_own_news(bench: Editor) -> None:
    state = after(
        bench,
        ("playback_changed", PLAYBACK),
        ("volume_changed", {"volume": 0.1, "muted": True}),
        ("radio_changed", {"radio": None}),
        ("timer_changed", {"timer": {"phase": "break"}}),
        (
            "playlist_changed",
            {"track_ids": ["a", "b"], "index": 1, "loop": "all", "shuffle": False},
        ),
    )
    assert (state["playback"]["volume"], state["playback"]["muted"]) == (0.1, True)
    assert "radio" not in state
    assert state["timer"]["phase"] == "break"
    assert state["playlist"]["track_ids"] == ["a", "b"]


def test_the_end_of_the_daemon_is_the_end_of_all_that_went_on(bench: Editor) -> None:
    error = {"code": -32099, "name": "DAEMON_EXITED", "message": "gone"}
    state = after(
        bench,
        ("generation_start", JOB),
        ("download_progress", {"backend": "musicgen", "overall_percent": 1}),
        ("playback_changed", PLAYBACK),
        ("daemon_exit", {"error": error}),
    )
    assert state["jobs"]["a"]["status"] == "error"
    assert state["jobs"]["a"]["error"]["name"] == "DAEMON_EXITED"
    assert state["downloads"]["musicgen"]["status"] == "error"
    assert "playback" not in state
    assert bench.lua('return require("lofi.state").is_generating()') is False


@pytest.mark.parametrize(
    "message",
    [
        ("generation_start", JOB),
        ("generation_progress", {"track_id": "a", "percent": 5}),
        ("queue_changed", {"pending": [], "capacity": 10}),
        ("playback_changed", PLAYBACK),
        ("playlist_changed", {"track_ids": ["a"]}),
        ("download_progress", {"backend": "musicgen", "overall_percent": 1}),
    ],
)
def test_watchers_hear_of_real_changes_only(bench: Editor, message: tuple[str, Any]) -> None:
    name, params = message
    first, second = bench.lua(
        MIRROR + "local a, b = ... take(a, b) local n = #parts take(a, b) return { n, #parts - n }",
        name,
        params,
    )
    assert first == 1
    assert second == (1 if name == "generation_start" else 0)


def test_a_watcher_that_fails_harms_nobody(bench: Editor) -> None:
    assert bench.lua(
        MIRROR
        + """
        state.subscribe(function() error("oops") end)
        local off = state.subscribe(function() table.insert(parts, "last") end)
        take("daemon", { status = "starting" })
        off()
        take("daemon", { status = "ready" })
        return parts
        """
    ) == [["daemon"], "last", ["daemon"]]


@pytest.mark.parametrize(
    "params", [None, 3, "text", [], {"track_id": {}}, {"state": 3, "pending": 3}]
)
@pytest.mark.parametrize("seed", range(2))
def test_no_message_breaks_the_mirror(bench: Editor, params: object, seed: int) -> None:
    assert (
        bench.lua(
            MIRROR
            + """
        local params, seed = ...
        if seed == 1 then
          take("generation_start", { track_id = "a" })
          take("playback_status", { state = "playing" })
        end
        local names = vim.list_extend(
          vim.tbl_keys(require("lofi.reduce").on), vim.tbl_keys(require("lofi.reduce_playback"))
        )
        for _, name in ipairs(names) do
          local ok, why = pcall(take, name, params)
          if not ok then return name .. ": " .. why end
        end
        return "whole"
        """,
            params,
            seed,
        )
        == "whole"
    )
