"""One job through the worker and into the library. Knows neither the queue nor who listens."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from lofi.audiofile import Format
from lofi.backends import registry
from lofi.device import Placement
from lofi.errors import GenerationCancelled
from lofi.jobs.growing import Chunk
from lofi.jobs.job import Job, State
from lofi.jobs.order import Order, Recording
from lofi.jobs.progress import Progress
from lofi.jobs.worker import Worker
from lofi.library.entry import Entry, NewTrack, Recipe
from lofi.library.journal import Journal
from lofi.library.shelf import Library


class Means(NamedTuple):
    """What jobs are done with."""

    worker: Worker
    library: Library
    journal: Journal
    placement: Placement
    weights: Callable[[str], Path | None]
    """Where those of a backend lie, by its name."""
    unload_after: float
    """Seconds a model may lie idle in memory; 0 is for ever."""


class Master(Protocol):
    """Whom a job reports to."""

    def progressed(self, state: State, progress: Progress) -> None:
        """It is further than before."""
        ...

    def grown(self, path: Path, chunk: Chunk) -> None:
        """More of it can be heard, in the file ``path``."""
        ...

    def settle(self) -> None:
        """The point of no return: from here on the job becomes a track.

        Raises:
            GenerationCancelled: it was given up before.
        """
        ...


def make(means: Means, job: Job, master: Master) -> Entry:
    """The track of a job, which may be in the library already.

    Raises:
        GenerationCancelled: it was given up.
        LofiError: it failed.
    """
    began = time.monotonic()
    entry = means.library.find(job.id)
    if entry is not None:  # another daemon was faster, or its twin ended as it was taken in
        master.settle()
        return entry
    order = _order(means, job)
    try:
        recording = _record(means, order, master)
        return _keep(means, order, recording, time.monotonic() - began)
    finally:
        if order.growing is not None:
            means.library.folder.remove(order.growing)


def _order(means: Means, job: Job) -> Order:
    request = job.request
    return Order(
        request=request,
        weights=means.weights(request.backend),
        placement=means.placement,
        part=means.library.part(),
        format=Format.WAV,
        tags=request.tags(registry.get(request.backend).licence),
        growing=means.library.part() if job.stream else None,
    )


def _record(means: Means, order: Order, master: Master) -> Recording:
    def grown(chunk: Chunk) -> None:
        if order.growing is not None:
            master.grown(order.growing, chunk)

    recording = means.worker.record(order, master.progressed, grown)
    try:
        master.settle()
    except GenerationCancelled:
        order.part.unlink(missing_ok=True)
        raise
    return recording


def _keep(means: Means, order: Order, recording: Recording, seconds: float) -> Entry:
    new = NewTrack(
        id=order.request.track_id,
        recipe=Recipe.of(order.request),
        generation_seconds=seconds,
        notes=recording.notes,
    )
    return means.library.keep(order.part, new)
