"""Jobs: their order, their end, and what happens to the others."""

import hashlib
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from fixtures.daemon import Daemon, Json, Refused, children, gone, until
from promises.conftest import Start, slow
from promises.manifest import promise

ENDS = {"generation_complete", "generation_error", "generation_cancelled"}


def ask(daemon: Daemon, prompt: str = "steady", seed: int = 0, **params: object) -> Json:
    return daemon.call("generate", **{"prompt": prompt, "seed": seed, "duration_sec": 1} | params)


def block(daemon: Daemon, word: str = "hang") -> str:
    """A job that runs until it is cancelled; its id."""
    track: str = ask(daemon, word, seed=999)["track_id"]
    daemon.hear("generation_progress", track_id=track, percent=45)
    return track


def ends(daemon: Daemon, track: str, *, after: int = 0) -> list[str]:
    """How a job ended, by the names of the notifications."""
    return [
        each["method"]
        for each in daemon.said[after:]
        if each.get("method") in ENDS and each["params"]["track_id"] == track
    ]


def end(daemon: Daemon, track: str, *, after: int = 0) -> Json:
    """Wait for a job to end."""
    return daemon.wait(
        lambda each: each.get("method") in ENDS and each["params"]["track_id"] == track,
        f"end of {track}",
        after=after,
    )


def waiting(daemon: Daemon) -> list[str]:
    return [each["track_id"] for each in daemon.call("queue_status")["pending"]]


def sha(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


@promise("queue:positions", "queue:capacity", "queue:clear", "queue:cancel-running")
def test_ten_have_their_positions_and_the_eleventh_is_refused(daemon: Daemon) -> None:
    running = block(daemon)
    asked = [ask(daemon, seed=seed) for seed in range(1, 10)]
    assert [each["position"] for each in asked] == list(range(1, 10))
    assert {each["status"] for each in asked} == {"queued"}
    refused = daemon.refusal("generate", prompt="one more")
    assert (refused.code, refused.name) == (-32004, "QUEUE_FULL")
    assert refused.error["data"]["recovery"]
    status = daemon.call("queue_status")
    assert status["current"]["track_id"] == running
    assert [each["position"] for each in status["pending"]] == list(range(1, 10))
    cleared = daemon.call("queue_clear")
    assert cleared["track_ids"] == [each["track_id"] for each in asked]
    for each in asked:
        assert end(daemon, each["track_id"])["params"]["at_step"] == 0
    assert daemon.call("queue_status")["current"]["track_id"] == running
    assert daemon.call("cancel", track_id=running) == {"cancelled": True, "was_generating": True}
    assert end(daemon, running)["method"] == "generation_cancelled"
    assert not list((daemon.library / "tracks").iterdir())


@promise("queue:priority", "queue:move", "queue:cancel-waiting")
def test_high_goes_first_and_the_user_may_move_anything(daemon: Daemon) -> None:
    running = block(daemon)
    names = {
        name: ask(daemon, seed=seed, priority=name.rstrip("123"))["track_id"]
        for seed, name in enumerate(["normal1", "high1", "normal2", "high2"], start=1)
    }
    by = {track: name for name, track in names.items()}
    assert [by[each] for each in waiting(daemon)] == ["high1", "high2", "normal1", "normal2"]
    moved = daemon.call("queue_move", track_id=names["normal2"], position=1)
    assert by[moved["pending"][0]["track_id"]] == "normal2"
    assert daemon.heard("queue_changed")[-1] == moved
    for position in (0, 5):
        assert (
            daemon.refusal("queue_move", track_id=names["high1"], position=position).code == -32602
        )
    cancelled = daemon.call("cancel", track_id=names["high1"])
    assert cancelled == {"cancelled": True, "was_generating": False}
    assert end(daemon, names["high1"])["params"]["at_step"] == 0
    daemon.call("cancel", track_id=running)
    order = [names[name] for name in ("normal2", "high2", "normal1")]
    for track in order:
        assert end(daemon, track)["method"] == "generation_complete"
    assert [each["track_id"] for each in daemon.heard("generation_start")][1:] == order


@promise("queue:cancel-running", "queue:warm")
@pytest.mark.parametrize("word", ["slow", slow("patient"), slow("sleep"), "hang"])
def test_the_running_job_can_be_cancelled_wherever_it_is(daemon: Daemon, word: str) -> None:
    track = block(daemon, word)
    (worker,) = children(daemon.pid)
    reply = daemon.call("cancel", track_id=track)
    assert reply == {"cancelled": True, "was_generating": True}
    params = end(daemon, track)["params"]
    assert 9 <= params["at_step"] <= 20
    assert params["total_steps"] == 20
    assert ends(daemon, track) == ["generation_cancelled"]
    assert ask(daemon)["track_id"] != track
    daemon.hear("generation_complete")
    assert (children(daemon.pid) == [worker]) == (word in {"slow", "patient"})
    assert daemon.refusal("cancel", track_id=track).name == "TRACK_NOT_FOUND"
    assert daemon.refusal("library_get", track_id=track).name == "TRACK_NOT_FOUND"


@promise("queue:cancel-loading", "queue:threads", "queue:progress")
def test_a_load_is_seen_and_can_be_cancelled(start: Start) -> None:
    daemon = start(settings={"threads": 13})  # at which the fake never gets loaded
    track = ask(daemon)["track_id"]
    assert daemon.hear("generation_progress", track_id=track)["state"] == "loading"
    assert daemon.call("queue_status")["current"]["state"] == "loading"
    daemon.call("cancel", track_id=track)
    assert end(daemon, track)["method"] == "generation_cancelled"


@promise("queue:device", "queue:true-name")
def test_a_device_that_cannot_be_had_is_an_error_with_its_name(start: Start) -> None:
    daemon = start(settings={"device": "cuda"})
    params = end(daemon, ask(daemon)["track_id"])["params"]
    assert params["code"] == "MODEL_LOAD_FAILED"
    assert (params["message"], params["recovery"]) == ("the fake has no CUDA", "use --device cpu")


def gave_up(daemon: Daemon, track: str) -> bool:
    """Try to cancel; whether it was not too late."""
    try:
        return bool(daemon.call("cancel", track_id=track)["cancelled"])
    except Refused as refused:
        if refused.name != "ALREADY_COMPLETE":
            raise
        return False


@promise("queue:race", "queue:one-end")
@pytest.mark.parametrize("rounds", [40, slow(2000)])
def test_either_the_cancellation_or_the_end_is_told(daemon: Daemon, rounds: int) -> None:
    outcomes = set()
    for seed in range(rounds):
        before = len(daemon.said)
        track = ask(daemon, seed=seed)["track_id"]
        percent = 5 * (seed % 20)
        daemon.wait(
            lambda each, percent=percent: (  # type: ignore[misc]
                each.get("params", {}).get("percent", 0) >= percent or each.get("method") in ENDS
            ),
            "progress",
            after=before,
        )
        cancelled = gave_up(daemon, track)
        expected = "generation_cancelled" if cancelled else "generation_complete"
        assert end(daemon, track, after=before)["method"] == expected
        daemon.call("ping")
        assert ends(daemon, track) == [expected]
        outcomes.add(expected)
        assert (daemon.library / "tracks" / f"{track}.wav").exists() != cancelled
    assert rounds < 2000 or len(outcomes) == 2


TROUBLE = {
    "abort": "SIGABRT",
    "kill": "memory ran out",
    "exit": "exit code 3",
    "raise": "the fake broke",
    "memory": "not enough memory",
    "nan": "not numbers",
    "silence": "silence",
}


@promise("queue:neighbours", "queue:true-name", "queue:sound", "queue:one-end")
def test_trouble_in_one_job_is_named_and_costs_no_other(daemon: Daemon) -> None:
    bad = {word: ask(daemon, word)["track_id"] for word in TROUBLE}
    good = [ask(daemon, seed=seed)["track_id"] for seed in (1, 2, 3)]
    for word, track in bad.items():
        message = end(daemon, track)
        assert message["method"] == "generation_error"
        assert message["params"]["code"] == "MODEL_INFERENCE_FAILED"
        assert TROUBLE[word] in message["params"]["message"]
    for track in good:
        assert end(daemon, track)["method"] == "generation_complete"
    daemon.call("ping")
    for track in (*bad.values(), *good):
        assert len(ends(daemon, track)) == 1
    assert daemon.call("library_stats")["count"] == 3


@promise("queue:deadline")
def test_a_backend_that_hangs_is_ended(start: Start) -> None:
    daemon = start(settings={"step_timeout_sec": 1})
    track = ask(daemon, "hang")["track_id"]
    after = ask(daemon)["track_id"]
    message = end(daemon, track)["params"]
    assert "no progress for 1 s" in message["message"]
    assert end(daemon, after)["method"] == "generation_complete"


@promise("queue:crash-twice", "queue:survives")
def test_a_job_that_took_two_daemons_with_it_is_not_begun_again(start: Start) -> None:
    daemon = start()
    track = block(daemon)
    others = [ask(daemon, seed=seed)["track_id"] for seed in (1, 2)]
    daemon.kill()
    second = start()
    second.hear("generation_progress", track_id=track, percent=45)
    assert waiting(second) == others
    second.kill()
    third = start()
    third.call("ping")
    message = end(third, track)
    assert message["method"] == "generation_error"
    assert "twice" in message["params"]["message"]
    for other in others:
        assert end(third, other)["method"] == "generation_complete"
    third.kill()
    assert start().call("queue_status")["pending"] == []


@promise("queue:survives", "queue:over-capacity")
def test_all_that_waited_come_back_in_order_even_if_they_are_too_many(start: Start) -> None:
    daemon = start(settings={"queue_capacity": 15})
    block(daemon)
    expected = [ask(daemon, seed=seed)["track_id"] for seed in range(1, 15)]
    daemon.kill()
    after = start(settings={"queue_capacity": 3})
    after.call("status")
    assert waiting(after) == expected
    assert after.refusal("generate", prompt="more").name == "QUEUE_FULL"


@promise("queue:living")
def test_two_daemons_on_one_library_keep_their_own_jobs(start: Start) -> None:
    first = start()
    track = block(first)
    mine = ask(first, seed=1)["track_id"]
    second = start()
    assert second.call("queue_status")["current"] is None
    assert waiting(second) == []
    made = second.make(seed=2, duration_sec=1)["track_id"]
    assert first.call("library_get", track_id=made)["seed"] == 2
    first.kill()
    third = start()
    third.hear("generation_progress", track_id=track, percent=45)
    assert waiting(third) == [mine]
    assert waiting(second) == []


@promise("queue:twins", "queue:one-end")
@pytest.mark.parametrize("rounds", [20, slow(100)])
def test_twins_are_computed_once(daemon: Daemon, rounds: int) -> None:
    for seed in range(rounds):
        calls = [
            daemon.ask("generate", prompt="steady", seed=seed, duration_sec=1) for _ in range(5)
        ]
        answers = [daemon.answer(call) for call in calls]
        (track,) = {each["track_id"] for each in answers}
        daemon.hear("generation_complete", track_id=track)
        assert len(daemon.heard("generation_start", track_id=track)) == 1
        assert len(daemon.heard("generation_queued", track_id=track)) == 1


@promise("queue:twins")
def test_a_twin_takes_no_slot_and_may_raise_the_priority(daemon: Daemon) -> None:
    running = block(daemon)
    tracks = [ask(daemon, seed=seed)["track_id"] for seed in range(1, 10)]
    again = ask(daemon, seed=9, priority="high")
    assert (again["track_id"], again["position"], again["status"]) == (tracks[8], 1, "queued")
    same = ask(daemon, "hang", seed=999)
    assert (same["track_id"], same["position"], same["status"]) == (running, 0, "generating")


@promise("queue:same-bytes")
@pytest.mark.parametrize(("backend", "seconds"), [slow("fake", 1), ("procedural", 5)])
def test_the_same_request_gives_the_same_bytes_in_another_daemon(
    start: Start, backend: str, seconds: int
) -> None:
    made = [
        start(home=home).make("rainy night", backend=backend, seed=7, duration_sec=seconds)
        for home in ("one", "two")
    ]
    assert made[0]["track_id"] == made[1]["track_id"]
    assert sha(made[0]["path"]) == sha(made[1]["path"])


@promise("queue:hits")
def test_a_finished_track_is_a_hit_after_a_restart_without_any_model(start: Start) -> None:
    first = start()
    made = first.make(seed=3, duration_sec=1)
    first.kill()
    second = start(settings={"device": "cuda"})  # which would fail
    reply = ask(second, seed=3)
    assert reply["status"] == "complete"
    assert (reply["track_id"], reply["seed"], reply["position"]) == (made["track_id"], 3, 0)
    again = second.hear("generation_complete")
    assert again["generation_time_sec"] == 0
    assert again["path"] == made["path"]
    assert children(second.pid) == []
    assert second.refusal("cancel", track_id=made["track_id"]).name == "ALREADY_COMPLETE"
    Path(made["path"]).unlink()
    assert ask(second, seed=3)["status"] == "queued"


@promise("queue:seeds", "queue:recipe")
def test_seeds_are_honoured_and_returned_and_part_of_the_id(daemon: Daemon) -> None:
    replies = [ask(daemon, seed=seed) for seed in (1, 2)]
    drawn = [daemon.call("generate", prompt="steady", duration_sec=1) for _ in range(3)]
    null = daemon.call("generate", prompt="steady", duration_sec=1, seed=None)
    assert [each["seed"] for each in replies] == [1, 2]
    assert all(0 <= each["seed"] < 2**32 for each in (*drawn, null))
    others = [
        ask(daemon, "steady rain", seed=1),
        ask(daemon, seed=1, duration_sec=2),
        ask(daemon, seed=1, backend="procedural", duration_sec=5),
    ]
    ids = {each["track_id"] for each in (*replies, *drawn, null, *others)}
    assert len(ids) == 9
    assert len({each["seed"] for each in (*drawn, null)}) == 4
    made = [daemon.hear("generation_complete", track_id=each["track_id"]) for each in replies]
    assert sha(made[0]["path"]) != sha(made[1]["path"])


@promise("queue:progress")
def test_progress_rises_by_fives_and_stops_short_of_the_end(daemon: Daemon) -> None:
    track = ask(daemon, "slow")["track_id"]
    end(daemon, track)
    told = daemon.heard("generation_progress", track_id=track)
    assert told[0]["state"] == "loading"
    percents = [each["percent"] for each in told if each["state"] == "generating"]
    assert percents == sorted(set(percents))
    assert all(each % 5 == 0 or each == 99 for each in percents)
    assert 95 <= percents[-1] <= 99
    assert all(each["tokens_estimated"] >= 1 and each["eta_sec"] >= 0 for each in told)


@promise("queue:complete", "queue:one-end")
def test_a_finished_job_tells_everything(daemon: Daemon) -> None:
    made = daemon.make("steady tone", seed=5, duration_sec=2)
    assert made["path"] == str(daemon.library / "tracks" / f"{made['track_id']}.wav")
    facts = {
        "prompt": "steady tone",
        "seed": 5,
        "backend": "fake",
        "model_version": "fake-v1",
        "duration_sec": 2.0,
        "sample_rate": 8000,
    }
    assert facts.items() <= made.items()
    assert made["generation_time_sec"] > 0
    assert daemon.hear("library_changed")["track_ids"] == [made["track_id"]]
    assert daemon.call("library_get", track_id=made["track_id"]) == made


@promise("queue:unload")
def test_an_idle_model_gives_its_memory_back(start: Start) -> None:
    daemon = start(settings={"unload_after_sec": 1})
    daemon.make(duration_sec=1)
    (worker,) = children(daemon.pid)
    assert daemon.call("status")["model"]["backend"] == "fake"
    assert until(lambda: gone(worker))
    assert until(lambda: not children(daemon.pid))
    assert daemon.call("status")["model"]["backend"] is None
    assert daemon.make(seed=1, duration_sec=1)["seed"] == 1


@promise("queue:unwritable")
def test_where_nothing_can_be_kept_jobs_fail_by_name(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    daemon = start(settings={"cache_path": tmp_path / "file"})
    assert daemon.refusal("generate", prompt="steady").name == "CACHE_WRITE_ERROR"
    assert daemon.call("status")["library_read_only"]
    assert daemon.call("library_list")["total"] == 0
    made = daemon.refusal("generate", prompt="steady")
    assert made.code == -32016


@pytest.mark.slow
@promise("queue:journal", "queue:unwritable")
def test_a_library_held_by_another_program_breaks_no_queue(daemon: Daemon) -> None:
    first = block(daemon, "slow")
    second = ask(daemon, seed=1)["track_id"]
    with closing(sqlite3.connect(daemon.library / "library.sqlite3")) as other:
        other.execute("BEGIN EXCLUSIVE")
        daemon.call("cancel", track_id=second)
        third = ask(daemon, seed=2)["track_id"]
        assert end(daemon, first)["params"]["code"] == "CACHE_WRITE_ERROR"
    assert end(daemon, third)["method"] == "generation_complete"
    assert ends(daemon, second) == ["generation_cancelled"]


@promise("wire:one-reply")
def test_two_callers_at_once_get_their_own_answers(daemon: Daemon) -> None:
    block(daemon)
    found: list[Json] = []

    def caller(seed: int) -> None:
        found.append(ask(daemon, seed=seed))

    threads = [threading.Thread(target=caller, args=(seed,)) for seed in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each["position"] for each in found) == list(range(1, 9))
