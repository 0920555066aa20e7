"""Rows and files brought into agreement, whatever happened since the last daemon was here."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from lofi.errors import LofiError
from lofi.library import header, rows
from lofi.library.entry import TRACK_ID, NewTrack, Recipe, parsed
from lofi.library.folder import PART, Folder
from lofi.library.owner import bury, dead

log = logging.getLogger(__name__)


def repair(connection: sqlite3.Connection, folder: Folder, *, files: bool) -> None:
    """Drop rows without their file, adopt files without a row, remove what dead daemons left.

    Runs inside a transaction, so that no other daemon is halfway through keeping a track.

    Args:
        files: whether files may be changed, too.
    """
    paths = _tracks(folder)
    if files:
        _see_off(connection, folder)
    _drop(connection, folder)
    known = {track_id for (track_id,) in connection.execute("SELECT id FROM track")}
    for path in sorted((path for path in paths if path.stem not in known), key=_age):
        _adopt_or_set_aside(connection, path, folder if files else None)
    if files:
        _sweep(folder)


def _tracks(folder: Folder) -> list[Path]:
    with suppress(OSError):
        return [path for path in folder.tracks.iterdir() if path.suffix == ".wav"]
    return []


def _age(path: Path) -> tuple[int, str]:
    """Oldest first, as well as can still be known."""
    with suppress(OSError):
        return path.lstat().st_mtime_ns, path.name
    return 0, path.name


def _see_off(connection: sqlite3.Connection, folder: Folder) -> None:
    for (track_id,) in connection.execute("SELECT id FROM leaving").fetchall():
        if TRACK_ID.fullmatch(track_id) is None or folder.remove(folder.track(track_id)):
            connection.execute("DELETE FROM leaving WHERE id = ?", (track_id,))


def _drop(connection: sqlite3.Connection, folder: Folder) -> None:
    """Rows that name no file of the right size, or that nobody can read."""
    for row in connection.execute("SELECT * FROM track").fetchall():
        with suppress(LofiError, ValueError, OSError):
            entry = rows.entry(row, folder)
            if folder.size(Path(entry.path)) == entry.bytes:
                continue
        log.warning("track %.40r is dropped: its file is missing or changed", row[0])
        connection.execute("DELETE FROM track WHERE id IS ?", (row[0],))


def _adopt_or_set_aside(connection: sqlite3.Connection, path: Path, folder: Folder | None) -> None:
    try:
        if _left(connection, path):
            return
        _adopt(connection, path)
    except ValueError as error:
        if folder is not None:
            with suppress(OSError, LofiError):
                folder.set_aside(path, str(error))
    except OSError as error:
        log.warning("cannot read %s: %s", path, error.strerror)


def _left(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file only waits to be removed."""
    found = connection.execute("SELECT 1 FROM leaving WHERE id = ?", (path.stem,))
    return found.fetchone() is not None


def _adopt(connection: sqlite3.Connection, path: Path) -> None:
    if TRACK_ID.fullmatch(path.stem) is None or Folder.size(path) is None:
        raise ValueError("its name is not that of a track, or it is no plain file")
    found = header.read(path)
    if found is None:
        raise ValueError("it is not a whole WAV file")
    recipe = Recipe.from_tags(found.comment, path.stem)
    licence = parsed(found.comment).get("licence")
    notes = {"licence": licence} if isinstance(licence, str) else {}
    new = NewTrack(id=path.stem, recipe=recipe, generation_seconds=0.0, notes=notes)
    created = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
    rows.insert(connection, new, found, created)
    log.info("track %s is back in the index", path.stem)


def _sweep(folder: Folder) -> None:
    for path, owner in _parts(folder):
        if dead(folder, owner):
            folder.remove(path)
    bury(folder)


def _parts(folder: Folder) -> Iterator[tuple[Path, str]]:
    for path in folder.tracks.glob(".lofi-*.part"):
        match = PART.fullmatch(path.name)
        if match is not None:
            yield path, match["owner"]
