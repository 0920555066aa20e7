"""Takes one job after another through the worker and into the library, and tells what happens.

Only the runner's own thread orders work and publishes its progress; the methods may be called
from any thread. Nothing is published while the lock is held, so a listener may call back, and
nothing is written, so a disk that does not answer holds nobody up.
"""

import threading
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from lofi.audience import Audience
from lofi.errors import LofiError
from lofi.jobs.events import (
    Cancelled,
    Completed,
    Event,
    Failed,
    QueueChanged,
    Queued,
    Started,
)
from lofi.jobs.job import Job, State
from lofi.jobs.making import Means
from lofi.jobs.progress import START, Progress
from lofi.jobs.queue import Queue
from lofi.jobs.records import NOTE_SECONDS, Records, Restored
from lofi.jobs.turn import Turn
from lofi.jobs.worker import InMemory


class Snapshot(NamedTuple):
    """The queue at one moment."""

    jobs: tuple[Job, ...]
    """By position."""
    running: Job | None
    state: State
    """Of the running job."""
    progress: Progress
    """Of the running job."""


class Runner:
    """The queue and the thread that works it off."""

    def __init__(self, queue: Queue, means: Means) -> None:
        self._queue = queue
        self._means = means
        self._records = Records(means.journal)
        self._audience: Audience[Event] = Audience()
        self._changed = threading.Condition()
        """Guards the queue and all that follows."""
        self._turn: Turn | None = None
        """Of the running job."""
        self._newest: str | None = None
        """The id of the job that became a track last."""
        self._unannounced = 0
        """How many are about to publish what they took in; nothing is begun before."""
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="runner", daemon=True)

    def listen(self, hear: Callable[[Event], None]) -> None:
        """Have ``hear`` called with every event from now on, by whichever thread causes it."""
        self._audience.join(hear)

    def start(self) -> None:
        """Begin to work the queue off."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """End the job in hand at once; it and what waits stay in the journal.

        Args:
            seconds: how long to wait for the thread and the disk.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._means.worker.close()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(seconds)
        with self._changed:
            if self._turn is not None:
                if self._turn.given_up:
                    self._records.end(self._turn.job.id)
                else:
                    self._records.put_back(self._turn.job)
        self._records.settle(max(NOTE_SECONDS, deadline - time.monotonic()))

    def submit(self, job: Job) -> tuple[Job, int, State]:
        """Take a job in, or join it to the same one already here; give its place and state.

        One that became a track only just now, since the caller looked for it, is complete and is
        not made again.

        Raises:
            QueueFull: every slot is taken.
            WriteFailed: the library cannot keep a track at present.
        """
        if self._means.library.closed is not None and self.find(job.id) is None:
            self._means.library.part()  # says why now, not when the track is done
        with self._changed:
            known = self._queue.find(job.id)
            if known is None and self._is_track(job.id):
                return job, 0, State.COMPLETE
            job = self._queue.add(job)
            position = self._queue.position(job.id)
            turn = self._turn
            state = turn.state if turn is not None and turn.job is job else State.QUEUED
            if job is known:
                return job, position, state
            self._records.take_in(job)
            self._records.reorder(self._queue.jobs)
            self._unannounced += 1
        self._records.settle()
        self._announce(*([] if known else [Queued(job, position)]), QueueChanged())
        return job, position, state

    def restore(self, jobs: Iterable[Restored]) -> None:
        """Take in what an earlier daemon left behind; those with an error have failed already."""
        events: list[Event] = []
        with self._changed:
            for job, error in jobs:
                if error is not None:
                    self._records.end(job.id)
                    events.append(Failed(job, error))
                else:
                    self._queue.restore(job)
                    events.append(Queued(job, self._queue.position(job.id)))
            self._unannounced += 1
        self._announce(*events, QueueChanged())

    def cancel(self, track_id: str) -> bool:
        """Give a job up; whether it was running.

        Raises:
            TrackNotFound: no job here has this id.
            AlreadyComplete: its track is being put into the library.
        """
        with self._changed:
            if self._turn is not None and self._turn.job.id == track_id:
                self._turn.give_up()
                return True
            waiting = self._queue.remove(track_id)
            self._records.end(track_id)
        self._records.settle()
        self._audience.tell(Cancelled(waiting, START), QueueChanged())
        return False

    def clear(self) -> tuple[Job, ...]:
        """Give up all that wait; the running job goes on."""
        with self._changed:
            gone = self._queue.clear()
            for job in gone:
                self._records.end(job.id)
        if gone:
            self._records.settle()
            self._audience.tell(*(Cancelled(job, START) for job in gone), QueueChanged())
        return gone

    def move(self, track_id: str, position: int) -> None:
        """Put a waiting job at another position.

        Raises:
            TrackNotFound: none that waits has this id.
            InvalidParams: the position is not one of a waiting job.
        """
        with self._changed:
            self._queue.move(track_id, position)
            self._records.reorder(self._queue.jobs)
        self._audience.tell(QueueChanged())

    def forget(self) -> None:
        """Nothing that waits or runs shall be taken up by another daemon."""
        self._records.forget()
        self._records.settle()

    def find(self, track_id: str) -> Job | None:
        """The job that holds a slot under this id."""
        with self._changed:
            return self._queue.find(track_id)

    @property
    def in_memory(self) -> InMemory | None:
        """The model that is loaded."""
        return self._means.worker.in_memory

    def snapshot(self) -> Snapshot:
        """The queue as it stands."""
        with self._changed:
            jobs, turn = self._queue.jobs, self._turn
            if turn is None:
                return Snapshot(jobs, None, State.QUEUED, START)
            return Snapshot(jobs, turn.job, turn.state, turn.progress)

    @property
    def idle(self) -> bool:
        """Whether nothing runs or waits."""
        with self._changed:
            return not self._queue.jobs

    def _is_track(self, track_id: str) -> bool:
        """Whether it has just become one, and still is."""
        if track_id != self._newest:
            return False
        try:
            self._means.library.get(track_id)
        except LofiError:
            return False
        return True

    def _announce(self, *events: Event) -> None:
        try:
            self._audience.tell(*events)
        finally:
            with self._changed:
                self._unannounced -= 1
                self._changed.notify_all()

    def _work(self) -> None:
        while (turn := self._next()) is not None:
            self._audience.tell(Started(turn.job), QueueChanged())
            ending = turn.ending()
            with self._changed:
                undone = not turn.given_up and not isinstance(ending, Completed)
                if self._stopping and undone:
                    return  # it keeps its slot, so that ``stop`` puts it back
                self._queue.finish()
                self._turn = None
                if isinstance(ending, Completed):
                    self._newest = turn.job.id
                self._records.end(turn.job.id)
            self._audience.tell(ending, QueueChanged())

    def _next(self) -> Turn | None:
        """The next job, or None when told to stop; an idle model is let go meanwhile."""
        while True:
            with self._changed:
                if self._changed.wait_for(self._ready, self._means.unload_after or None):
                    return None if self._stopping else self._begun()
            self._means.worker.kill()  # not under the lock: a large model takes its time to go

    def _ready(self) -> bool:
        return self._stopping or (not self._unannounced and bool(self._queue.waiting))

    def _begun(self) -> Turn | None:
        job = self._queue.take()
        if job is not None:
            self._turn = Turn(job, self._means, self._audience, self._changed)
            self._records.begin(job)
        return self._turn
