"""How tracks leave the library: the longest unused first, rows before files."""

import logging
import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from lofi.errors import LofiError
from lofi.library.folder import Folder
from lofi.library.store import Store

log = logging.getLogger(__name__)


class Limits(NamedTuple):
    """How much may stand on the shelf; None means as much as fits on the disk."""

    bytes: int | None
    tracks: int | None

    def allow(self, size: int, count: int) -> bool:
        """Whether this much may stay."""
        return (self.bytes is None or size <= self.bytes) and (
            self.tracks is None or count <= self.tracks
        )


def evict(store: Store, folder: Folder, limits: Limits, spared: frozenset[str]) -> None:
    """Remove what is over the budget; what cannot be removed now is the next one's matter."""
    try:
        gone = remove(store, folder, lambda connection: unused(connection, limits, spared))
    except LofiError as error:
        log.warning("nothing could be removed to keep the budget: %s", error.message)
    else:
        log.debug("removed to keep the budget: %s", gone)


def remove(
    store: Store, folder: Folder, choose: Callable[[sqlite3.Connection], list[str]]
) -> list[str]:
    """Rows first, files second: a kill in between leaves no row without its file.

    Raises:
        WriteFailed: the index cannot be changed; nothing is removed.
    """
    with store.write() as connection:
        ids = choose(connection)
        for track_id in ids:
            connection.execute("DELETE FROM track WHERE id = ?", (track_id,))
            connection.execute("INSERT OR IGNORE INTO leaving VALUES (?)", (track_id,))
    if ids:
        _see_off(store, folder, ids)
    return ids


def _see_off(store: Store, folder: Folder, ids: list[str]) -> None:
    """Under the lock of the database: another daemon may be keeping the same track anew."""
    try:
        with store.write() as connection:
            for track_id in ids:
                found = connection.execute("DELETE FROM leaving WHERE id = ?", (track_id,))
                if found.rowcount and not folder.remove(folder.track(track_id)):
                    connection.execute("INSERT INTO leaving VALUES (?)", (track_id,))
    except LofiError as error:
        log.warning("files of removed tracks go at the next start: %s", error.message)


def unused(connection: sqlite3.Connection, limits: Limits, spared: frozenset[str]) -> list[str]:
    """The longest unused tracks, as many as must go until size and count are allowed."""
    size, count = connection.execute(
        "SELECT coalesce(sum(bytes), 0), count(*) FROM track"
    ).fetchone()
    gone = []
    for track_id, taken in connection.execute(
        "SELECT id, bytes FROM track WHERE NOT favorite ORDER BY used"
    ):
        if limits.allow(size, count):
            break
        if track_id not in spared:
            gone.append(track_id)
            size, count = size - taken, count - 1
    return gone
