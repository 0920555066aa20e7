"""A job: a request on its way to becoming a track. Plain values."""

from dataclasses import dataclass
from enum import StrEnum

from lofi.track import Request


class Priority(StrEnum):
    """High goes before normal; within one, first come, first served."""

    NORMAL = "normal"
    HIGH = "high"


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    LOADING = "loading"
    GENERATING = "generating"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """One request in the queue; changed with ``dataclasses.replace``."""

    request: Request
    priority: Priority = Priority.NORMAL
    attempts: int = 0
    """How often it was begun; a job that took the daemon down twice is not begun again."""
    stream: bool = False
    """Whether somebody wants to hear it while it is made."""
    background: bool = False
    """Whether nobody waits for it: it is made for the radio, or ahead of time."""

    @property
    def id(self) -> str:
        """The id of the track it will become."""
        return self.request.track_id
