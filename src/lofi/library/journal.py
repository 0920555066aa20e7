"""The queue's jobs on disk, so that they outlive the daemon; their order and fate are its own.

A daemon writes its own jobs only, and takes over those of a dead one.
"""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lofi.library.entry import Recipe
from lofi.library.folder import Folder
from lofi.library.owner import Owner, dead
from lofi.library.store import Store

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 2
"""A job that took as many daemons with it is not tried again."""


class State(StrEnum):
    """Where a persisted job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"
    """It crashed the daemon too often: to be announced, then removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """A job as it is stored."""

    track_id: str
    recipe: Recipe
    priority: str
    state: State = State.WAITING
    attempts: int = 0
    """How often it was begun."""


class Journal:
    """The jobs of this daemon. Every method raises ``WriteFailed`` if the disk refuses."""

    def __init__(self, store: Store, folder: Folder, owner: Owner) -> None:
        self._store = store
        self._folder = folder
        self._owner = owner

    def add(self, job: JournalEntry) -> None:
        """Append a job; one already here only changes its priority."""
        with self._store.write() as connection:
            connection.execute(
                "INSERT INTO job VALUES (?, ?, ?, ?,"
                " (SELECT coalesce(max(place), 0) + 1 FROM job), ?, ?)"
                " ON CONFLICT DO UPDATE SET priority = excluded.priority",
                (
                    self._owner.token,
                    job.track_id,
                    job.recipe.to_json(),
                    job.priority,
                    job.state,
                    job.attempts,
                ),
            )

    def start(self, track_id: str) -> None:
        """The job is about to be computed: from here on a crash counts against it."""
        self._change(track_id, State.RUNNING, attempts=1)

    def put_back(self, track_id: str) -> None:
        """The job was begun and given up through no fault of its own."""
        self._change(track_id, State.WAITING, attempts=-1)

    def _change(self, track_id: str, state: State, *, attempts: int) -> None:
        with self._store.write() as connection:
            connection.execute(
                "UPDATE job SET state = ?, attempts = max(0, attempts + ?)"
                " WHERE owner = ? AND track_id = ?",
                (state, attempts, self._owner.token, track_id),
            )

    def remove(self, track_id: str) -> None:
        """The job has ended, however it ended."""
        with self._store.write() as connection:
            connection.execute(
                "DELETE FROM job WHERE owner = ? AND track_id = ?", (self._owner.token, track_id)
            )

    def clear(self) -> None:
        """Nothing of this daemon shall be taken up again."""
        with self._store.write() as connection:
            connection.execute("DELETE FROM job WHERE owner = ?", (self._owner.token,))

    def reorder(self, track_ids: Sequence[str]) -> None:
        """Note the order of the jobs, next first."""
        with self._store.write() as connection:
            connection.executemany(
                "UPDATE job SET place = ? WHERE owner = ? AND track_id = ?",
                [(place, self._owner.token, each) for place, each in enumerate(track_ids)],
            )

    def jobs(self) -> list[JournalEntry]:
        """This daemon's jobs in order."""
        with self._store.read() as connection:
            return self._jobs(connection)

    def recover(self) -> list[JournalEntry]:
        """Take over the jobs of dead daemons; return all of this daemon's, in order.

        Those that were running wait again, or have failed if that was their second time; those
        whose track is in the library are done and left out.
        """
        with self._store.write() as connection:
            for (token,) in connection.execute("SELECT DISTINCT owner FROM job").fetchall():
                if token != self._owner.token and dead(self._folder, token):
                    self._take_over(connection, token)
            connection.execute("DELETE FROM job WHERE track_id IN (SELECT id FROM track)")
            return self._jobs(connection)

    def _take_over(self, connection: sqlite3.Connection, token: str) -> None:
        connection.execute(
            "UPDATE OR IGNORE job SET owner = ?, state = CASE"
            " WHEN state = 'running' AND attempts >= ? THEN 'failed'"
            " WHEN state = 'running' THEN 'waiting' ELSE state END WHERE owner = ?",
            (self._owner.token, MAX_ATTEMPTS, token),
        )
        # What is left was here already: the same track is made once.
        connection.execute("DELETE FROM job WHERE owner = ?", (token,))

    def _jobs(self, connection: sqlite3.Connection) -> list[JournalEntry]:
        found = connection.execute(
            "SELECT track_id, recipe, priority, state, attempts FROM job"
            " WHERE owner = ? ORDER BY place, track_id",
            (self._owner.token,),
        ).fetchall()
        return [job for row in found if (job := _job(row)) is not None]


def _job(row: tuple[str, str, str, str, int]) -> JournalEntry | None:
    """The job of one row; None if it cannot be ours, which must not cost the others."""
    track_id, recipe, priority, state, attempts = row
    try:
        return JournalEntry(
            track_id=track_id,
            recipe=Recipe.from_json(recipe),
            priority=priority,
            state=State(state),
            attempts=attempts,
        )
    except ValueError as error:
        log.warning("the job %.40r cannot be taken up: %s", track_id, error)
        return None
