"""What a client hears of a job, and how often."""

from datetime import UTC, datetime

import pytest

from lofi.backends.base import Step
from lofi.errors import QueueFull
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
from lofi.jobs.progress import START, Progress
from lofi.jobs.runner import Snapshot
from lofi.library.entry import Entry, Recipe
from lofi.rpc import results
from lofi.rpc.notifications import Notification, Reporter, queue_described
from lofi.track import Request


def job(seed: int = 7) -> Job:
    return Job(Request(prompt="rain", seconds=30, seed=seed, backend="fake", model_version="v"))


def entry() -> Entry:
    return Entry(
        id=job().id,
        path="/library/tracks/x.wav",
        recipe=Recipe.of(job().request),
        frames=48_000 * 30,
        sample_rate=48_000,
        bytes=100,
        generation_seconds=1.23456,
        notes={"style": "dusty"},
        created=datetime(2026, 1, 2, tzinfo=UTC).isoformat(),
        used=1,
        plays=0,
        favorite=False,
    )


def at(done: int, total: int = 100) -> Progressed:
    progress = Progress(Step(done, total), min(99, 100 * done // total), 1.26)
    return Progressed(job(), State.GENERATING, progress)


def told(*events: Event) -> list[Notification]:
    reporter = Reporter()
    return [each for event in events for each in reporter.report(event)]


@pytest.mark.parametrize(
    ("event", "method"),
    [
        (Queued(job(), 3), "generation_queued"),
        (Started(job()), "generation_start"),
        (at(5), "generation_progress"),
        (Completed(job(), entry()), "generation_complete"),
        (Failed(job(), QueueFull("full")), "generation_error"),
        (Cancelled(job(), START), "generation_cancelled"),
    ],
)
def test_each_event_is_told_in_the_shape_that_is_promised(event: Event, method: str) -> None:
    first = told(event)[0]
    assert first.method == method
    assert first.params["track_id"] == job().id
    results.NOTIFICATIONS[method].model_validate(first.params)


def test_progress_is_told_when_it_passes_a_multiple_of_five() -> None:
    percents = [each.params["percent"] for each in told(*(at(done) for done in range(1, 101)))]
    assert percents == [1, *range(5, 100, 5)]


def test_few_steps_are_all_told() -> None:
    percents = [each.params["percent"] for each in told(*(at(done, 8) for done in range(1, 9)))]
    assert percents == [12, 25, 37, 50, 62, 75, 87, 99]


def test_a_new_job_and_a_new_state_are_told_at_once() -> None:
    loading = Progressed(job(), State.LOADING, START)
    other = Progressed(job(8), State.GENERATING, START)
    states = [each.params["state"] for each in told(loading, loading, at(1), at(2), other, at(3))]
    assert states == ["loading", "generating", "generating", "generating"]


def test_progress_may_be_replaced_and_nothing_of_it_follows_the_end() -> None:
    assert [each.replaces for each in told(at(5))] == [job().id]
    for event in (Completed(job(), entry()), Failed(job(), QueueFull("")), Cancelled(job(), START)):
        first = told(event)[0]
        assert (first.ends, first.replaces) == (job().id, None)


def test_a_finished_track_changes_the_library() -> None:
    assert told(Completed(job(), entry()))[1].params == {
        "reason": "added",
        "track_ids": [job().id],
    }


def test_the_queue_is_told_by_another() -> None:
    assert told(QueueChanged()) == []


def test_the_queue_is_described_with_positions() -> None:
    jobs = tuple(job(seed) for seed in range(3))
    described = queue_described(Snapshot(jobs, jobs[0], State.LOADING, START), 10)
    results.Queue.model_validate(described)
    idle = queue_described(Snapshot(jobs[1:], None, State.QUEUED, START), 10)
    queue, waiting = results.Queue.model_validate(described), results.Queue.model_validate(idle)
    assert queue.current is not None
    assert [each.position for each in queue.pending] == [1, 2]
    assert waiting.current is None
    assert [each.position for each in waiting.pending] == [0, 1]


def test_priorities_are_told_by_name() -> None:
    high = Job(job().request, Priority.HIGH)
    assert told(Queued(high, 0))[0].params["priority"] == "high"
