"""Jobs from the queue through the process that computes into the library."""

import os
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from fixtures.workshop import SECONDS, Workshop, job
from lofi.backends.base import Step
from lofi.device import Placement
from lofi.errors import (
    AlreadyComplete,
    LofiError,
    ModelInferenceFailed,
    QueueFull,
    TrackNotFound,
    WriteFailed,
)
from lofi.jobs.events import (
    Cancelled,
    Completed,
    Event,
    Failed,
    Progressed,
    QueueChanged,
    Queued,
    Started,
)
from lofi.jobs.job import Job, Priority, State
from lofi.jobs.progress import START
from lofi.jobs.records import Restored
from lofi.library.entry import Recipe
from lofi.library.journal import JournalEntry
from lofi.library.journal import State as Noted


def wait_until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not condition() and time.monotonic() < deadline:
        os.sched_yield()
    return condition()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    made = Workshop(tmp_path)
    yield made
    made.close()


@pytest.fixture
def open_shop(shop: Workshop) -> Workshop:
    shop.runner.start()
    return shop


def test_a_job_is_queued_started_progresses_and_ends_as_a_track(open_shop: Workshop) -> None:
    track = job()
    assert open_shop.runner.submit(track) == (track, 0, State.QUEUED)
    ending = open_shop.ended(track)
    assert isinstance(ending, Completed)
    assert Path(ending.entry.path).is_file()
    assert (ending.entry.frames, ending.entry.sample_rate) == (8_000, 8_000)
    kinds = [type(each) for each in open_shop.of(track)]
    assert kinds == [Queued, Started, *[Progressed] * 22, Completed]
    progressed = [each for each in open_shop.of(track) if isinstance(each, Progressed)]
    assert [each.state for each in progressed[:3]] == [
        State.LOADING,
        State.GENERATING,
        State.GENERATING,
    ]
    percents = [each.progress.percent for each in progressed]
    assert percents == sorted(percents)
    assert percents[-1] == 99
    assert open_shop.runner.idle
    assert open_shop.noted() == open_shop.parts() == []


def test_a_crash_fails_one_job_by_name_and_the_next_one_runs(open_shop: Workshop) -> None:
    broken, fine = job("abort"), job("steady")
    open_shop.runner.submit(broken)
    open_shop.runner.submit(fine)
    failed = open_shop.ended(broken)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, ModelInferenceFailed)
    assert "SIGABRT" in failed.error.message
    assert isinstance(open_shop.ended(fine), Completed)
    assert open_shop.parts() == []


def test_a_waiting_job_that_is_cancelled_never_starts(shop: Workshop) -> None:
    track = job()
    shop.runner.submit(track)
    assert shop.runner.cancel(track.id) is False
    assert [type(each) for each in shop.of(track)] == [Queued, Cancelled]
    assert shop.endings(track) == [Cancelled(track, START)]
    assert shop.noted() == []
    with pytest.raises(TrackNotFound):
        shop.runner.cancel(track.id)


@pytest.mark.parametrize("prompt", ["slow", "hang"])
def test_a_running_job_is_cancelled_whatever_it_does_and_the_next_one_runs(
    open_shop: Workshop, prompt: str
) -> None:
    track, after = job(prompt), job("steady")
    open_shop.runner.submit(track)
    open_shop.runner.submit(after)
    open_shop.until(
        lambda: any(
            isinstance(each, Progressed) and each.progress.step == Step(9, 20)
            for each in open_shop.of(track)
        )
    )
    assert open_shop.runner.cancel(track.id) is True
    ending = open_shop.ended(track)
    assert isinstance(ending, Cancelled)
    assert ending.progress.step.done >= 9
    assert isinstance(open_shop.ended(after), Completed)
    assert len(open_shop.endings(track)) == 1
    assert open_shop.parts() == []


def test_a_job_is_cancelled_between_its_turn_and_the_workers(open_shop: Workshop) -> None:
    track = job("slow")

    def cancel_at_once(event: Event) -> None:
        if isinstance(event, Started):
            open_shop.runner.cancel(event.job.id)

    open_shop.runner.listen(cancel_at_once)
    open_shop.runner.submit(track)
    assert isinstance(open_shop.ended(track), Cancelled)


def test_a_job_on_its_way_into_the_library_is_complete(
    open_shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    track = job()
    keep = open_shop.library.keep
    refused: list[LofiError] = []

    def cancel_first(*args: object) -> object:
        try:
            open_shop.runner.cancel(track.id)
        except LofiError as error:
            refused.append(error)
        return keep(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(open_shop.library, "keep", cancel_first)
    open_shop.runner.submit(track)
    assert isinstance(open_shop.ended(track), Completed)
    assert isinstance(refused[0], AlreadyComplete)


def race(shop: Workshop, times: int) -> Counter[str]:
    """Cancel each of many jobs at a random moment; how they ended."""
    seen: Counter[str] = Counter()
    moments = random.Random(7)  # noqa: S311 - not a secret
    for seed in range(times):
        track = job("steady", seed)
        answers: list[bool | LofiError] = []

        def cancel(track: Job = track, answers: list[bool | LofiError] = answers) -> None:
            try:
                answers.append(shop.runner.cancel(track.id))
            except LofiError as error:
                answers.append(error)

        timer = threading.Timer(moments.uniform(0, 0.006), cancel)
        shop.runner.submit(track)
        timer.start()
        ending = shop.ended(track)
        timer.join()
        given_up = isinstance(answers[0], bool)
        assert isinstance(ending, Cancelled if given_up else Completed), (ending, answers)
        assert (shop.library.find(track.id) is None) is given_up
        seen[type(ending).__name__] += 1
    for seed in range(times):
        assert len(shop.endings(job("steady", seed))) == 1
    assert shop.noted() == shop.parts() == []
    return seen


def test_a_cancel_at_any_moment_ends_a_job_once_as_it_was_answered(open_shop: Workshop) -> None:
    open_shop.runner.submit(job("steady", 10_000))
    open_shop.ended(job("steady", 10_000))
    seen = race(open_shop, 200)
    assert min(seen["Cancelled"], seen["Completed"]) > 0, "both ends were met"


@pytest.mark.slow
def test_two_thousand_cancels_at_any_moment_end_each_job_once(open_shop: Workshop) -> None:
    assert race(open_shop, 2000).total() == 2000


def test_the_same_request_twice_is_computed_once_and_ends_once_for_both(
    open_shop: Workshop,
) -> None:
    running, twin = job("slow"), job("steady")
    open_shop.runner.submit(running)
    open_shop.heard(running, Progressed)
    assert open_shop.runner.submit(running)[1:] == (0, open_shop.runner.snapshot().state)
    first = open_shop.runner.submit(twin)
    assert open_shop.runner.submit(job("steady")) == first == (twin, 1, State.QUEUED)
    assert isinstance(open_shop.ended(twin), Completed)
    for track in (running, twin):
        started = [each for each in open_shop.of(track) if isinstance(each, Queued | Started)]
        assert [type(each) for each in started] == [Queued, Started]
        assert len(open_shop.endings(track)) == 1


def test_a_job_whose_track_appeared_meanwhile_is_not_computed_again(open_shop: Workshop) -> None:
    track, other = job(), job(seed=1)
    for times, each in ((1, track), (1, other), (2, track)):
        open_shop.runner.submit(each)
        open_shop.until(lambda each=each, times=times: len(open_shop.endings(each)) == times)  # type: ignore[misc]
    assert sum(isinstance(each, Started) for each in open_shop.of(track)) == 2


def test_a_twin_that_comes_just_too_late_to_join_is_complete(open_shop: Workshop) -> None:
    track = job()
    open_shop.runner.submit(track)
    assert isinstance(open_shop.ended(track), Completed)
    told = list(open_shop.of(track))
    assert open_shop.runner.submit(track) == (track, 0, State.COMPLETE)
    assert open_shop.of(track) == told
    open_shop.library.delete(track.id)
    assert open_shop.runner.submit(track) == (track, 0, State.QUEUED)
    open_shop.until(lambda: len(open_shop.endings(track)) == 2)


def test_high_priority_goes_first_but_behind_what_runs(shop: Workshop) -> None:
    for seed in range(3):
        shop.runner.submit(job("steady", seed))
    assert shop.runner.submit(job("steady", 2, Priority.HIGH))[1] == 0
    shop.runner.start()
    for seed in range(3):
        shop.ended(job("steady", seed))
    started = [each.job.request.seed for each in shop.events if isinstance(each, Started)]
    assert started == [2, 0, 1]


def test_a_full_queue_refuses_and_stays_as_it_is(shop: Workshop) -> None:
    for seed in range(10):
        shop.runner.submit(job("steady", seed))
    with pytest.raises(QueueFull):
        shop.runner.submit(job("steady", 10))
    assert len(shop.runner.snapshot().jobs) == len(shop.noted()) == 10


def test_clear_cancels_what_waits_and_the_running_job_goes_on(open_shop: Workshop) -> None:
    running, waiting = job("slow"), job("steady")
    open_shop.runner.submit(running)
    open_shop.heard(running, Started)
    open_shop.runner.submit(waiting)
    assert open_shop.runner.clear() == (waiting,)
    assert isinstance(open_shop.ended(waiting), Cancelled)
    assert open_shop.noted() == ["slow"]
    assert isinstance(open_shop.ended(running), Completed)


def test_a_moved_job_has_moved_in_the_journal_too(shop: Workshop) -> None:
    for prompt in ("steady one", "steady two", "steady three"):
        shop.runner.submit(job(prompt))
    shop.runner.move(job("steady three").id, 0)
    assert shop.noted() == ["steady three", "steady one", "steady two"]
    assert isinstance(shop.events[-1], QueueChanged)


def test_the_journal_keeps_priorities_and_a_move_past_them(shop: Workshop) -> None:
    shop.runner.submit(job("steady one"))
    shop.runner.submit(job("steady two"))
    shop.runner.submit(job("steady high", priority=Priority.HIGH))
    assert shop.noted() == ["steady high", "steady one", "steady two"]
    shop.runner.move(job("steady two").id, 0)
    assert shop.noted() == ["steady two", "steady high", "steady one"]


def test_an_idle_model_gives_its_memory_back_and_is_loaded_again(tmp_path: Path) -> None:
    shop = Workshop(tmp_path, unload_after=0.2)
    shop.runner.start()
    pids = []
    for seed in range(2):
        track = job("steady", seed)
        shop.runner.submit(track)
        ending = shop.ended(track)
        assert isinstance(ending, Completed)
        pids.append(ending.entry.notes["pid"])
        assert wait_until(lambda pid=pids[-1]: not Path(f"/proc/{pid}").exists())  # type: ignore[misc]
        assert shop.runner.in_memory is None
        loading = [e for e in shop.of(track) if isinstance(e, Progressed)]
        assert loading[0].state is State.LOADING
    assert pids[0] != pids[1]
    shop.close()


def test_stopping_leaves_the_jobs_to_the_next_daemon_the_running_one_first(
    tmp_path: Path,
) -> None:
    shop = Workshop(tmp_path)
    shop.runner.start()
    running = job("slow")
    shop.runner.submit(running)
    shop.heard(running, Progressed)
    shop.runner.submit(job("steady"))
    shop.runner.stop(SECONDS)
    assert shop.endings(running) == []
    left = shop.journal.jobs()
    assert [(each.recipe.prompt, each.state, each.attempts) for each in left] == [
        ("slow", Noted.WAITING, 0),
        ("steady", Noted.WAITING, 0),
    ]
    assert shop.parts() == []
    shop.library.close()


@pytest.mark.parametrize("moment", [Started, Progressed])
def test_stopping_at_any_moment_counts_no_attempt(tmp_path: Path, moment: type[Event]) -> None:
    shop = Workshop(tmp_path, placement=Placement(threads=13))  # one that never ends loading
    track = job("steady")
    halted = threading.Event()

    def stop(event: Event) -> None:
        if isinstance(event, moment) and not halted.is_set():
            halted.set()
            shop.runner.stop(0.5)

    shop.runner.listen(stop)
    shop.runner.start()
    shop.runner.submit(track)
    assert halted.wait(SECONDS)
    shop.runner.stop(SECONDS)
    assert [(each.state, each.attempts) for each in shop.journal.jobs()] == [(Noted.WAITING, 0)]
    assert shop.endings(track) == []
    shop.library.close()


def test_stopping_does_not_bring_a_cancelled_job_back(tmp_path: Path) -> None:
    shop = Workshop(tmp_path)
    shop.runner.start()
    track = job("slow")
    shop.runner.submit(track)
    shop.heard(track, Progressed)
    shop.runner.cancel(track.id)
    shop.runner.stop(SECONDS)
    assert shop.journal.jobs() == []
    shop.library.close()


def test_what_is_forgotten_is_not_taken_up_again(shop: Workshop) -> None:
    shop.runner.submit(job())
    assert shop.noted() == ["steady"]
    shop.runner.stop(SECONDS)
    shop.runner.forget()
    assert shop.noted() == []


def test_restored_jobs_come_in_order_even_beyond_the_capacity_and_failed_ones_are_announced(
    shop: Workshop,
) -> None:
    broken = job("abort")
    shop.journal.add(
        JournalEntry(track_id=broken.id, recipe=Recipe.of(broken.request), priority="normal")
    )
    error = ModelInferenceFailed("twice")
    waiting = [job("steady", seed) for seed in range(12)]
    shop.runner.restore([Restored(broken, error), *(Restored(each, None) for each in waiting)])
    assert shop.events[0] == Failed(broken, error)
    assert shop.events[1:-1] == [Queued(each, place) for place, each in enumerate(waiting)]
    assert shop.noted() == []
    assert shop.runner.snapshot().jobs == tuple(waiting)
    shop.runner.start()
    for each in waiting:
        assert isinstance(shop.ended(each), Completed)


def test_a_journal_that_cannot_be_written_costs_no_job(
    open_shop: Workshop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_args: object) -> None:
        raise WriteFailed("no space left on device")

    for name in ("add", "start", "remove", "reorder", "put_back", "clear"):
        monkeypatch.setattr(open_shop.journal, name, refuse)
    running, moved, gone = job("slow"), job("steady"), job("steady", 1)
    for track in (running, moved, gone):
        open_shop.runner.submit(track)
    open_shop.heard(running, Started)
    open_shop.runner.move(gone.id, 1)
    open_shop.runner.cancel(gone.id)
    assert isinstance(open_shop.ended(running), Completed)
    assert isinstance(open_shop.ended(moved), Completed)
    assert isinstance(open_shop.ended(gone), Cancelled)
    open_shop.runner.forget()
    assert "journal is not up to date: no space left on device" in caplog.text


def test_a_database_held_by_another_program_keeps_nobody_waiting_but_the_job(
    open_shop: Workshop,
) -> None:
    open_shop.runner.submit(job("steady", 1))
    open_shop.ended(job("steady", 1))
    track = job("steady", 2)
    with closing(sqlite3.connect(open_shop.library.folder.database)) as other, other:
        other.execute("BEGIN IMMEDIATE")
        open_shop.runner.submit(track)
        open_shop.heard(track, Started)
        assert open_shop.endings(track) == []  # its track waits for the library
        assert open_shop.runner.find(track.id) == track
        assert open_shop.runner.snapshot().running == track
        other.rollback()
    other.close()
    assert isinstance(open_shop.ended(track), Completed)
    assert open_shop.noted() == []


def test_a_disk_that_takes_no_track_fails_the_job_cleanly_and_the_next_one_runs(
    open_shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise WriteFailed("no space left on device")

    with monkeypatch.context() as full:
        full.setattr(open_shop.library, "keep", refuse)
        open_shop.runner.submit(job())
        failed = open_shop.ended(job())
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, WriteFailed)
    open_shop.runner.submit(job("steady", 1))
    assert isinstance(open_shop.ended(job("steady", 1)), Completed)


def test_a_folder_that_vanished_meanwhile_fails_the_job_by_name_and_is_made_again(
    open_shop: Workshop,
) -> None:
    track = job("slow")
    open_shop.runner.submit(track)
    open_shop.heard(track, Progressed)
    tracks = open_shop.library.folder.tracks
    tracks.rename(tracks.with_name("elsewhere"))
    failed = open_shop.ended(track)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, WriteFailed)
    open_shop.runner.submit(job("steady", 1))
    assert isinstance(open_shop.ended(job("steady", 1)), Completed)


def test_a_library_that_keeps_nothing_says_so_before_anything_is_computed(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise WriteFailed("read-only")

    monkeypatch.setattr(type(shop.library), "closed", property(lambda _: "read-only"))
    monkeypatch.setattr(shop.library, "part", refuse)
    with pytest.raises(WriteFailed, match="read-only"):
        shop.runner.submit(job())
    assert shop.runner.idle
    assert shop.events == []


def test_the_thread_outlives_listeners_and_libraries_that_break(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_args: object) -> None:
        raise RuntimeError("broken")

    shop.runner._audience._listeners.insert(0, break_down)
    shop.runner.start()
    with monkeypatch.context() as broken:
        broken.setattr(shop.library, "part", break_down)
        shop.runner.submit(job())
        failed = shop.ended(job())
    assert isinstance(failed, Failed)
    assert "RuntimeError: broken" in failed.error.message
    shop.runner.submit(job("steady", 1))
    assert isinstance(shop.ended(job("steady", 1)), Completed)
    assert "a listener failed at Queued" in caplog.text


def test_nothing_begins_before_it_was_announced(shop: Workshop) -> None:
    """A listener that takes its time hears of a job's place before it hears of its turn."""
    released = threading.Event()
    order: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, Queued):
            released.wait(0.3)
        if isinstance(event, Queued | Started):
            order.append(type(event).__name__)

    shop.runner.listen(listen)
    shop.runner.start()
    shop.runner.submit(job())
    shop.ended(job())
    assert order == ["Queued", "Started"]


def test_a_listener_may_call_back(open_shop: Workshop) -> None:
    tracks = [job("steady", seed) for seed in range(3)]

    def follow(event: Event) -> None:
        if isinstance(event, Completed) and event.job == tracks[0]:
            open_shop.runner.submit(tracks[1])
            open_shop.runner.submit(tracks[2])
            open_shop.runner.cancel(tracks[2].id)

    open_shop.runner.listen(follow)
    open_shop.runner.submit(tracks[0])
    assert isinstance(open_shop.ended(tracks[1]), Completed)
    assert isinstance(open_shop.ended(tracks[2]), Cancelled)
