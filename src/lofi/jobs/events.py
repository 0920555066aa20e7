"""What listeners hear about jobs. Plain values; each job that was queued ends in exactly one of
``Completed``, ``Failed`` and ``Cancelled``."""

from dataclasses import dataclass

from lofi.errors import LofiError
from lofi.jobs.job import Job, State
from lofi.jobs.progress import Progress
from lofi.library.entry import Entry


@dataclass(frozen=True, slots=True)
class Queued:
    """A job took a place in the queue."""

    job: Job
    position: int


@dataclass(frozen=True, slots=True)
class Started:
    """A job's turn has come."""

    job: Job


@dataclass(frozen=True, slots=True)
class Progressed:
    """A running job is further than before."""

    job: Job
    state: State
    """``LOADING`` or ``GENERATING``."""
    progress: Progress


@dataclass(frozen=True, slots=True)
class Chunked:
    """More of a running job can be heard."""

    job: Job
    path: str
    """A WAV file that grows, and is gone when the job has ended."""
    frames: int
    """From the beginning."""
    sample_rate: int
    """Hz."""
    starts_in: float
    """Seconds until it may begin to play without running dry; 0 when it may."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A job became a track."""

    job: Job
    entry: Entry


@dataclass(frozen=True, slots=True)
class Failed:
    """A job ended in an error."""

    job: Job
    error: LofiError


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A job was given up."""

    job: Job
    progress: Progress


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """Positions are not what they were."""


Event = Queued | Started | Progressed | Chunked | Completed | Failed | Cancelled | QueueChanged
