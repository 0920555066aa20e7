"""Takes one job after another through the worker and into the library, and tells what happens.

Only the runner's own thread orders work and publishes its progress; the methods may be called
from any thread. Nothing is published while the lock is held, so a listener may call back.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from lofi.audiofile import Format
from lofi.device import Placement
from lofi.errors import (
    AlreadyComplete,
    GenerationCancelled,
    LofiError,
    ModelInferenceFailed,
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
from lofi.jobs.job import Job, State
from lofi.jobs.progress import START, Meter, Progress
from lofi.jobs.queue import Queue
from lofi.jobs.worker import Order, Recording, Stage, Worker
from lofi.library.entry import Entry, NewTrack, Recipe
from lofi.library.journal import Journal, JournalEntry
from lofi.library.shelf import Library

logger = logging.getLogger(__name__)


class Means(NamedTuple):
    """What jobs are done with."""

    worker: Worker
    library: Library
    journal: Journal
    placement: Placement
    unload_after: float
    """Seconds a model may lie idle in memory; 0 is for ever."""


class Snapshot(NamedTuple):
    """The queue at one moment."""

    jobs: tuple[Job, ...]
    """By position."""
    running: Job | None
    state: State
    """Of the running job."""
    progress: Progress
    """Of the running job."""


class Restored(NamedTuple):
    """A job that an earlier daemon left behind."""

    job: Job
    error: LofiError | None
    """Why it cannot be done, if it cannot."""


class Runner:
    """The queue and the thread that works it off."""

    def __init__(self, queue: Queue, means: Means) -> None:
        self._queue = queue
        self._means = means
        self._listeners: list[Callable[[Event], None]] = []
        self._changed = threading.Condition()
        """Guards the queue and all that follows."""
        self._state = State.QUEUED
        self._progress = START
        self._given_up = False
        """Whether the running job was cancelled."""
        self._settled = False
        """Whether the running job can no longer be cancelled."""
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="runner", daemon=True)

    def listen(self, hear: Callable[[Event], None]) -> None:
        """Have ``hear`` called with every event from now on, by whichever thread causes it."""
        self._listeners.append(hear)

    def start(self) -> None:
        """Begin to work the queue off."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """End the job in hand at once; what waits stays in the journal.

        Args:
            seconds: how long to wait for the thread.
        """
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._means.worker.kill()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def submit(self, job: Job) -> tuple[Job, int, State]:
        """Take a job in, or join it to the same one already here; give its place and state.

        Raises:
            QueueFull: every slot is taken.
            WriteFailed: the library cannot keep a track at present.
        """
        with self._changed:
            known = self._queue.find(job.id)
            if known is None:
                self._means.library.part()  # a full or closed disk is said now, not at the end
            job = self._queue.add(job)
            if job is not known:
                self._means.journal.add(_recorded(job))
            position = self._queue.position(job.id)
            state = self._state if job is self._queue.running else State.QUEUED
            self._changed.notify_all()
        if known is None:
            self._publish(Queued(job, position))
        if job is not known:
            self._publish(QueueChanged())
        return job, position, state

    def restore(self, jobs: Iterable[Restored]) -> None:
        """Take in what an earlier daemon left behind; those with an error have failed already."""
        for job, error in jobs:
            if error is not None:
                self._means.journal.remove(job.id)
                self._publish(Failed(job, error))
                continue
            with self._changed:
                self._queue.add(job)
                position = self._queue.position(job.id)
                self._changed.notify_all()
            self._publish(Queued(job, position))
        self._publish(QueueChanged())

    def cancel(self, track_id: str) -> bool:
        """Give a job up; whether it was running.

        Raises:
            TrackNotFound: no job here has this id.
            AlreadyComplete: its track is being put into the library.
        """
        with self._changed:
            running = self._queue.running
            if running is None or running.id != track_id:
                waiting = self._queue.remove(track_id)
                self._means.journal.remove(track_id)
            elif self._settled:
                raise AlreadyComplete(f"{track_id} is already complete")
            else:
                self._given_up = True
                waiting = None
        if waiting is None:
            self._means.worker.cancel()
            return True
        self._publish(Cancelled(waiting, START))
        self._publish(QueueChanged())
        return False

    def clear(self) -> tuple[Job, ...]:
        """Give up all that wait; the running job goes on."""
        with self._changed:
            gone = self._queue.clear()
            for job in gone:
                self._means.journal.remove(job.id)
        for job in gone:
            self._publish(Cancelled(job, START))
        if gone:
            self._publish(QueueChanged())
        return gone

    def move(self, track_id: str, position: int) -> None:
        """Put a waiting job at another position.

        Raises:
            TrackNotFound: none that waits has this id.
            InvalidParams: the position is not one of a waiting job.
        """
        with self._changed:
            self._queue.move(track_id, position)
            self._means.journal.reorder([job.id for job in self._queue.jobs])
        self._publish(QueueChanged())

    def forget(self) -> None:
        """Nothing that waits or runs shall be taken up by another daemon."""
        self._means.journal.clear()

    def find(self, track_id: str) -> Job | None:
        """The job that holds a slot under this id."""
        with self._changed:
            return self._queue.find(track_id)

    @property
    def backend_in_memory(self) -> str | None:
        """Name of the backend whose model is loaded."""
        return self._means.worker.backend

    def snapshot(self) -> Snapshot:
        """The queue as it stands."""
        with self._changed:
            queue = self._queue
            return Snapshot(queue.jobs, queue.running, self._state, self._progress)

    @property
    def idle(self) -> bool:
        """Whether nothing runs or waits."""
        with self._changed:
            return not self._queue.jobs

    def _publish(self, event: Event) -> None:
        for hear in self._listeners:
            hear(event)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            self._publish(Started(job))
            self._publish(QueueChanged())
            ending = self._ending(job)
            with self._changed:
                if self._stopping:
                    self._means.journal.put_back(job.id)
                    return
                self._means.journal.remove(job.id)
                self._queue.finish()
            self._publish(ending)
            self._publish(QueueChanged())

    def _next(self) -> Job | None:
        """The next job, or None when told to stop; an idle model is let go meanwhile."""
        with self._changed:
            while not self._stopping:
                job = self._queue.take()
                if job is not None:
                    self._state, self._progress = State.LOADING, START
                    self._given_up = self._settled = False
                    self._means.journal.start(job.id)
                    return job
                if not self._changed.wait(self._means.unload_after or None):
                    self._means.worker.kill()
        return None

    def _ending(self, job: Job) -> Event:
        began = time.monotonic()
        try:
            part, recording = self._record(job)
            if not self._settle():
                part.unlink(missing_ok=True)
                return Cancelled(job, self._progress)
            entry = self._keep(job, part, recording, time.monotonic() - began)
        except GenerationCancelled:
            return Cancelled(job, self._progress)
        except LofiError as error:
            return Failed(job, error)
        except Exception as error:
            logger.exception("job %s failed", job.id)
            return Failed(job, ModelInferenceFailed(f"{type(error).__name__}: {error}"))
        return Completed(job, entry)

    def _record(self, job: Job) -> tuple[Path, Recording]:
        part = self._means.library.part()
        request = job.request
        order = Order(request, None, self._means.placement, part, Format.WAV, request.tags())
        work = self._means.worker.run(order)
        meter = Meter()
        try:
            while True:
                step = next(work)
                if step is Stage.LOADING:
                    self._tell(job, State.LOADING, START)
                elif step is Stage.COMPUTING:
                    meter = Meter()
                    self._tell(job, State.GENERATING, START)
                else:
                    self._tell(job, State.GENERATING, meter.read(step))
        except StopIteration as finished:
            return part, finished.value
        finally:
            work.close()

    def _tell(self, job: Job, state: State, progress: Progress) -> None:
        with self._changed:
            self._state, self._progress = state, progress
            given_up = self._given_up
        if given_up:  # said before the worker had the order: say it again
            self._means.worker.cancel()
        self._publish(Progressed(job, state, progress))

    def _settle(self) -> bool:
        """The point of no return: from here on the job becomes a track, unless it was given up."""
        with self._changed:
            self._settled = True
            return not self._given_up

    def _keep(self, job: Job, part: Path, recording: Recording, seconds: float) -> Entry:
        new = NewTrack(
            id=job.id,
            recipe=Recipe.of(job.request),
            generation_seconds=seconds,
            notes=recording.notes,
        )
        return self._means.library.keep(part, new)


def _recorded(job: Job) -> JournalEntry:
    return JournalEntry(
        track_id=job.id,
        recipe=Recipe.of(job.request),
        priority=job.priority,
        attempts=job.attempts,
    )
