"""Who is next. A plain data structure: no threads, no clock, no disk."""

from dataclasses import replace

from lofi.errors import InvalidParams, QueueFull, TrackNotFound
from lofi.jobs.job import Job, Priority

CAPACITY = 10


class Queue:
    """The running job and those that wait, in order.

    A position is the number of jobs ahead, the running one included; the running job holds a slot.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self.running: Job | None = None
        self._waiting: list[Job] = []

    @property
    def waiting(self) -> tuple[Job, ...]:
        """Those that have not begun, next first."""
        return tuple(self._waiting)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Everything that holds a slot, by position."""
        return (self.running, *self._waiting) if self.running else self.waiting

    def __len__(self) -> int:
        return len(self.jobs)

    def find(self, track_id: str) -> Job | None:
        """The job with this id, running or waiting."""
        return next((job for job in self.jobs if job.id == track_id), None)

    def position(self, track_id: str) -> int:
        """How many jobs are ahead.

        Raises:
            TrackNotFound: no job here has this id.
        """
        for position, job in enumerate(self.jobs):
            if job.id == track_id:
                return position
        raise TrackNotFound(f"no job in the queue has the id {track_id}")

    def add(self, job: Job) -> Job:
        """Take a job in, or join it to the same request already here.

        Its priority may rise by that, and what was not to be heard may be heard.

        Raises:
            QueueFull: every slot is taken.
        """
        known = self.find(job.id)
        if known is not None:
            return self._join(known, job)
        if len(self) >= self.capacity:
            raise QueueFull(f"the queue holds {self.capacity} jobs already")
        self._insert(job)
        return job

    def restore(self, job: Job) -> None:
        """Take in a job that had a slot before, even if none is free now: it must not be lost."""
        if self.find(job.id) is None:
            self._insert(job)

    def take(self) -> Job | None:
        """Begin the next job, if nothing runs and something waits."""
        if self.running is None and self._waiting:
            self.running = self._waiting.pop(0)
        return self.running

    def finish(self) -> None:
        """The running job has ended, however it ended."""
        self.running = None

    def remove(self, track_id: str) -> Job:
        """Take a waiting job out.

        Raises:
            TrackNotFound: none that waits has this id.
        """
        job = self._waits(track_id)
        self._waiting.remove(job)
        return job

    def move(self, track_id: str, position: int) -> None:
        """Put a waiting job at ``position``; the user's word goes before priority.

        Raises:
            TrackNotFound: none that waits has this id.
            InvalidParams: the position is not one of a waiting job.
        """
        job = self._waits(track_id)
        first = 1 if self.running else 0
        last = first + len(self._waiting) - 1
        if not first <= position <= last:
            raise InvalidParams(
                f"position {position} is not one of a waiting job", hint=f"use {first} to {last}"
            )
        self._waiting.remove(job)
        self._waiting.insert(position - first, job)

    def clear(self) -> tuple[Job, ...]:
        """Take out all that wait; the running job goes on."""
        gone, self._waiting = self.waiting, []
        return gone

    def _waits(self, track_id: str) -> Job:
        for job in self._waiting:
            if job.id == track_id:
                return job
        raise TrackNotFound(f"no waiting job has the id {track_id}")

    def _join(self, known: Job, asked: Job) -> Job:
        if known is self.running:
            return known
        job = replace(
            known,
            stream=known.stream or asked.stream,
            background=known.background and asked.background,
        )
        if asked.priority is Priority.HIGH and known.priority is Priority.NORMAL:
            self._waiting.remove(known)
            job = replace(job, priority=Priority.HIGH)
            self._insert(job)
        elif job != known:
            self._waiting[self._waiting.index(known)] = job
        else:
            return known
        return job

    def _insert(self, job: Job) -> None:
        """Behind all of its own priority, and a high one before all normal ones."""
        at = len(self._waiting)
        if job.priority is Priority.HIGH:
            high = [i for i, each in enumerate(self._waiting) if each.priority is Priority.HIGH]
            at = high[-1] + 1 if high else 0
        self._waiting.insert(at, job)
