"""What becomes of jobs, as their journal has it; nobody waits for the disk to be told."""

from collections.abc import Iterable
from typing import NamedTuple

from lofi.errors import LofiError
from lofi.jobs.job import Job
from lofi.jobs.ledger import Ledger
from lofi.library.entry import Recipe
from lofi.library.journal import Journal, JournalEntry

NOTE_SECONDS = 0.1
"""How long an answer may wait for the journal: in good times what is promised is written down."""


class Restored(NamedTuple):
    """A job that an earlier daemon left behind."""

    job: Job
    error: LofiError | None
    """Why it cannot be done, if it cannot."""


class Records:
    """The journal, written in the order of the calls by a thread of its own."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._ledger = Ledger()

    def take_in(self, job: Job) -> None:
        """A job was accepted."""
        entry = JournalEntry(
            track_id=job.id,
            recipe=Recipe.of(job.request),
            priority=job.priority,
            attempts=job.attempts,
        )
        self._ledger.note(self._journal.add, entry)

    def reorder(self, jobs: Iterable[Job]) -> None:
        """All jobs, by position."""
        self._ledger.note(self._journal.reorder, [job.id for job in jobs])

    def begin(self, job: Job) -> None:
        """A job is about to be computed."""
        self._ledger.note(self._journal.start, job.id)

    def put_back(self, job: Job) -> None:
        """A job was begun and shall be begun again, as if for the first time."""
        self._ledger.note(self._journal.put_back, job.id)

    def end(self, track_id: str) -> None:
        """A job has ended, however it ended."""
        self._ledger.note(self._journal.remove, track_id)

    def forget(self) -> None:
        """Nothing shall be taken up by another daemon."""
        self._ledger.note(self._journal.clear)

    def settle(self, seconds: float = NOTE_SECONDS) -> bool:
        """Wait until all that was said so far is written or has failed; whether it was in time."""
        return self._ledger.settle(seconds)
