"""Events of jobs to notifications of the protocol, and how often progress is worth one."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import JsonValue

from lofi.jobs.events import (
    Cancelled,
    Chunked,
    Completed,
    Event,
    Failed,
    Progressed,
    QueueChanged,
    Queued,
    Started,
)
from lofi.jobs.job import Job, State
from lofi.jobs.runner import Snapshot

PERCENTS = 5
"""A running job reports each time it passes another multiple of this."""


class Notification(NamedTuple):
    """One message to the client."""

    method: str
    params: dict[str, JsonValue]
    replaces: str | None = None
    """An unsent older one under this key is out of date."""
    ends: str | None = None
    """Nothing under this key may follow."""


class Reporter:
    """Turns events into notifications; used by one thread at a time."""

    def __init__(self) -> None:
        self._job = ""
        self._state = State.QUEUED
        self._percent = 0

    def report(self, event: Event) -> Iterator[Notification]:
        """What the client shall hear of an event; ``QueueChanged`` is left to the caller."""
        match event:
            case Queued(job, position):
                yield Notification("generation_queued", {**_about(job), "position": position})
            case Started(job):
                yield Notification("generation_start", {**_about(job), "position": 0})
            case Progressed():
                yield from self._progress(event)
            case Chunked():
                yield _chunk(event)
            case Completed(job, entry):
                yield Notification("generation_complete", entry.described(), ends=job.id)
                added: dict[str, JsonValue] = {"reason": "added", "track_ids": [job.id]}
                yield Notification("library_changed", added)
            case Failed() | Cancelled():
                yield _undone(event)
            case QueueChanged():
                return

    def _progress(self, event: Progressed) -> Iterator[Notification]:
        job, state, progress = event.job, event.state, event.progress
        passed = progress.percent // PERCENTS > self._percent // PERCENTS
        if (job.id, state) == (self._job, self._state) and not passed:
            return
        self._job, self._state, self._percent = job.id, state, progress.percent
        yield Notification(
            "generation_progress",
            {
                "track_id": job.id,
                "state": state,
                "percent": progress.percent,
                "tokens_generated": progress.step.done,
                "tokens_estimated": max(1, progress.step.total),
                "current_step": progress.step.done,
                "total_steps": progress.step.total,
                "eta_sec": round(progress.eta_seconds, 1),
            },
            # A new state is news of its own; only a newer percent makes an older one worthless.
            replaces=job.id if state is State.GENERATING else None,
        )


def _chunk(event: Chunked) -> Notification:
    return Notification(
        "generation_chunk",
        {
            "track_id": event.job.id,
            "path": event.path,
            "frames": event.frames,
            "sample_rate": event.sample_rate,
            "seconds": round(event.frames / event.sample_rate, 3),
            "playable": event.starts_in == 0,
            "starts_in_sec": math.ceil(event.starts_in * 10) / 10,
        },
    )


def _undone(event: Failed | Cancelled) -> Notification:
    track: dict[str, JsonValue] = {"track_id": event.job.id}
    if isinstance(event, Cancelled):
        step = event.progress.step
        where: dict[str, JsonValue] = {"at_step": step.done, "total_steps": step.total}
        return Notification("generation_cancelled", track | where, ends=event.job.id)
    error = event.error
    why: dict[str, JsonValue] = {"code": error.name, "message": error.message}
    why["recovery"] = error.hint
    return Notification("generation_error", track | why, ends=event.job.id)


def _about(job: Job) -> dict[str, JsonValue]:
    request = job.request
    return {
        "track_id": job.id,
        "prompt": request.prompt,
        "duration_sec": request.seconds,
        "seed": request.seed,
        "backend": request.backend,
        "priority": job.priority,
        "background": job.background,
    }


def queue_described(
    now: Snapshot, capacity: int, *, prefetching: bool = False
) -> dict[str, JsonValue]:
    """The queue as one JSON object."""
    current: JsonValue = None
    if now.running is not None:
        current = {
            "track_id": now.running.id,
            "prompt": now.running.request.prompt,
            "state": now.state,
            "percent": now.progress.percent,
            "eta_sec": round(now.progress.eta_seconds, 1),
        }
    return {
        "current": current,
        "pending": [
            {
                "track_id": job.id,
                "prompt": job.request.prompt,
                "position": position,
                "priority": job.priority,
            }
            for position, job in enumerate(now.jobs)
            if job is not now.running
        ],
        "capacity": capacity,
        "prefetch_pending": prefetching,
    }
