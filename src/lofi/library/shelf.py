"""The library of finished tracks: rows and files that always agree, within a budget.

Knows nothing of jobs, models or the wire.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from lofi.errors import InvalidParams, LofiError, TrackNotFound, WriteFailed
from lofi.library import header, rows
from lofi.library.departure import Limits, evict, remove
from lofi.library.entry import Entry, NewTrack, checked_id
from lofi.library.folder import Folder
from lofi.library.header import Header
from lofi.library.owner import Owner
from lofi.library.repair import repair
from lofi.library.rows import Query
from lofi.library.store import Store

if TYPE_CHECKING:  # must not be loaded before the first answer
    from pydantic import JsonValue

MAX_BYTES = 500_000_000
PAGE_LIMIT = 1000
"""Tracks in one page."""
GLIMPSE = 0.1
"""Seconds that a note nobody would miss may wait for other daemons."""


class Page(NamedTuple):
    """A part of a list."""

    entries: tuple[Entry, ...]
    total: int
    """How many tracks match, on all pages."""


class Library:
    """Finished tracks. Any thread may use it; any number of daemons may share its folder."""

    def __init__(self, folder: Folder, limits: Limits) -> None:
        self.folder = folder
        self.limits = limits
        self.owner = Owner(folder)
        self.store = Store(folder, self._repair)

    @classmethod
    def open(
        cls, root: Path, *, max_bytes: int | None = MAX_BYTES, max_tracks: int | None = None
    ) -> Self:
        """Create, or repair, the library in ``root``; where the disk refuses, serve what is there.

        Raises:
            WriteFailed: ``root`` cannot even be looked at.
        """
        try:
            return cls(Folder(root), Limits(max_bytes, max_tracks))
        except OSError as error:
            raise WriteFailed(f"cannot use {root}: {error}") from None

    def close(self) -> None:
        """Let go of the folder."""
        self.store.close()
        self.owner.leave()

    @property
    def closed(self) -> str | None:
        """Why nothing can be kept at present, or None."""
        return self.store.closed

    def _repair(self, connection: sqlite3.Connection, files: bool) -> None:
        if files:
            self.owner.live()
        repair(connection, self.folder, files=files)

    def part(self) -> Path:
        """A fresh name where a writer may leave a whole, fsynced WAV file.

        Raises:
            WriteFailed: nothing can be kept, so nothing should be computed.
        """
        self.store.check()
        try:
            self.folder.require(self.folder.tracks)
            self.owner.live()
        except OSError as error:
            raise _failed(self.folder.tracks, error) from None
        return self.folder.part(self.owner.token)

    def keep(self, part: Path, new: NewTrack, protect: Iterable[str] = ()) -> Entry:
        """Take a finished track in, then let go of the longest unused ones over the budget.

        The part is gone afterwards in any case. If another daemon was faster, its file stays.

        Args:
            protect: ids of tracks that must stay, besides this one and favourites.

        Raises:
            TrackNotFound: the id of ``new`` is none.
            WriteFailed: the part is not a whole WAV file, or the disk refuses; nothing is kept.
        """
        try:
            checked_id(new.id)
            entry = self._shelved(part, new, self._examined(part))
        except OSError as error:
            raise _failed(part, error) from None
        finally:
            if part.parent == self.folder.tracks:
                self.folder.remove(part)
        evict(self.store, self.folder, self.limits, frozenset(protect) | {new.id})
        return entry

    def _examined(self, part: Path) -> Header:
        found = header.read(part) if self.folder.holds_part(part) else None
        if found is None:
            raise WriteFailed(f"{part} is not a whole WAV file", hint="make the track again")
        return found

    def _shelved(self, part: Path, new: NewTrack, found: Header) -> Entry:
        undo = ExitStack()
        with self.store.write(undo) as connection:
            if self._intact(connection, new.id) is None:
                self.folder.require(self.folder.tracks)
                undo.callback(self.folder.remove, self.folder.track(new.id))
                self.folder.shelve(part, new.id)
                created = datetime.now(UTC).isoformat(timespec="seconds")
                rows.insert(connection, new, found, created)
            else:
                rows.touch(connection, new.id)
            entry = rows.find(connection, new.id, self.folder)
        if entry is None:
            raise WriteFailed(f"track {new.id} did not stay in the index")
        return entry

    def _intact(self, connection: sqlite3.Connection, track_id: str) -> Entry | None:
        entry = rows.find(connection, track_id, self.folder)
        return entry if entry is not None and self._whole(entry) else None

    def _whole(self, entry: Entry) -> bool:
        with suppress(OSError):
            return self.folder.size(Path(entry.path)) == entry.bytes
        return False

    def find(self, track_id: str) -> Entry | None:
        """The track, if it is here and whole, which counts as a use.

        Raises:
            TrackNotFound: this is not an id.
            LofiError: the index cannot be read.
        """
        entry = self._seen(track_id)
        if entry is not None:
            with (
                suppress(LofiError),
                self.store.write(patience=GLIMPSE, lasting=False) as connection,
            ):
                rows.touch(connection, track_id)
        return entry

    def get(self, track_id: str) -> Entry:
        """The same, without counting as a use.

        Raises:
            TrackNotFound: it is not here.
        """
        entry = self._seen(track_id)
        if entry is None:
            raise TrackNotFound(f"no track in the library has the id {track_id}")
        return entry

    def _seen(self, track_id: str) -> Entry | None:
        checked_id(track_id)
        with self.store.read() as connection:
            entry = rows.find(connection, track_id, self.folder)
        if entry is None or self._whole(entry):
            return entry
        self._forget([track_id])
        return None

    def _forget(self, ids: Iterable[str]) -> None:
        """Drop rows whose file is gone, unless another daemon just put it there."""
        with suppress(LofiError), self.store.write(patience=GLIMPSE, lasting=False) as connection:
            for track_id in ids:
                if self._intact(connection, track_id) is None:
                    connection.execute("DELETE FROM track WHERE id = ?", (track_id,))

    def page(self, query: Query) -> Page:
        """Some of the tracks.

        Raises:
            InvalidParams: limit or offset is out of range.
            LofiError: the index cannot be read.
        """
        if not 0 <= query.limit <= PAGE_LIMIT or not 0 <= query.offset < 2**63:
            raise InvalidParams(
                f"no page has limit {query.limit} and offset {query.offset}",
                hint=f"use a limit from 0 to {PAGE_LIMIT} and an offset from 0",
            )
        with self.store.read() as connection:
            page = Page(*rows.page(connection, query, self.folder))
        lost = [entry.id for entry in page.entries if not self._whole(entry)]
        if not lost:
            return page
        self._forget(lost)
        entries = tuple(entry for entry in page.entries if entry.id not in lost)
        return Page(entries, page.total - len(lost))

    def favorite(self, track_id: str, on: bool) -> Entry:
        """Have a track stay whatever the budget says, or no longer.

        Raises:
            TrackNotFound: it is not here.
            WriteFailed: the index cannot be changed.
        """
        self.get(track_id)
        with self.store.write() as connection:
            connection.execute("UPDATE track SET favorite = ? WHERE id = ?", (on, track_id))
        return self.get(track_id)

    def played(self, track_id: str) -> None:
        """Count a play, which is a use; forgotten if the index cannot be changed at once.

        Raises:
            TrackNotFound: this is not an id.
        """
        checked_id(track_id)
        with suppress(LofiError), self.store.write(patience=GLIMPSE, lasting=False) as connection:
            rows.touch(connection, track_id, plays=1)

    def delete(self, track_id: str) -> Entry:
        """Remove a track, favourite or not, and say what it was.

        Raises:
            TrackNotFound: it is not here.
            WriteFailed: the index cannot be changed.
        """
        entry = self.get(track_id)
        remove(self.store, self.folder, lambda _: [track_id])
        return entry

    def clear(self, *, keep_favorites: bool = True, protect: Iterable[str] = ()) -> list[str]:
        """Remove all tracks but the protected ones; return the ids of those gone.

        Raises:
            WriteFailed: the index cannot be changed.
        """
        spared = frozenset(protect)

        def gone(connection: sqlite3.Connection) -> list[str]:
            found = connection.execute("SELECT id, favorite FROM track").fetchall()
            return [
                track_id
                for track_id, favorite in found
                if track_id not in spared and not (favorite and keep_favorites)
            ]

        return remove(self.store, self.folder, gone)

    def stats(self) -> "dict[str, JsonValue]":
        """How much is here, with the field names of the wire contract.

        Raises:
            LofiError: the index cannot be read.
        """
        with self.store.read() as connection:
            counted = rows.counts(connection)
        return {
            **counted,
            "limits": {"max_bytes": self.limits.bytes, "max_tracks": self.limits.tracks},
            "read_only": self.closed,
        }


def _failed(path: Path, error: OSError) -> WriteFailed:
    return WriteFailed(f"cannot write {path}: {(error.strerror or str(error)).lower()}")
