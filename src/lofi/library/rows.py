"""Tracks as rows: the only place that knows which column holds what."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from lofi.library.entry import Entry, NewTrack, Recipe, checked_id, parsed
from lofi.library.folder import Folder
from lofi.library.header import Header

if TYPE_CHECKING:  # must not be loaded before the first answer
    from pydantic import JsonValue


class Sort(StrEnum):
    """What a list is ordered by."""

    CREATED = "created"
    USED = "used"
    DURATION = "duration"
    PROMPT = "prompt"


PAGE = """
SELECT * FROM track
WHERE (:text = '' OR holds(prompt, :text))
  AND (:backend IS NULL OR backend = :backend)
  AND (:style IS NULL OR json_extract(notes, '$.style') = :style)
  AND (:favorite IS NULL OR favorite = :favorite)
ORDER BY
  CASE WHEN :descending THEN CASE :sort
    WHEN 'created' THEN added WHEN 'used' THEN used
    WHEN 'duration' THEN 1.0 * frames / sample_rate ELSE folded(prompt) END END DESC,
  CASE WHEN NOT :descending THEN CASE :sort
    WHEN 'created' THEN added WHEN 'used' THEN used
    WHEN 'duration' THEN 1.0 * frames / sample_rate ELSE folded(prompt) END END ASC,
  CASE WHEN :descending THEN -added ELSE added END
LIMIT :limit OFFSET :offset
"""
COUNT = """
SELECT count(*) FROM track
WHERE (:text = '' OR holds(prompt, :text))
  AND (:backend IS NULL OR backend = :backend)
  AND (:style IS NULL OR json_extract(notes, '$.style') = :style)
  AND (:favorite IS NULL OR favorite = :favorite)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which tracks, in which order."""

    text: str = ""
    """Every word must be part of the prompt, whatever its case."""
    backend: str | None = None
    style: str | None = None
    """What the notes call the track's style."""
    favorite: bool | None = None
    sort: Sort = Sort.CREATED
    descending: bool = True
    limit: int = 100
    offset: int = 0


def entry(row: Sequence[Any], folder: Folder) -> Entry:
    """The track of one row.

    Raises:
        LofiError, ValueError: the row cannot be ours.
    """
    track_id, prompt, seconds, seed, backend, version, options, *rest = row
    frames, sample_rate, size, spent, notes, created, _added, used, plays, favorite = rest
    return Entry(
        id=checked_id(track_id),
        path=str(folder.track(track_id)),
        recipe=Recipe(
            prompt=prompt,
            seconds=seconds,
            seed=int(seed),
            backend=backend,
            model_version=version,
            options=parsed(options),
        ),
        frames=frames,
        sample_rate=sample_rate,
        bytes=size,
        generation_seconds=spent,
        notes=parsed(notes),
        created=created,
        used=used,
        plays=plays,
        favorite=bool(favorite),
    )


def find(connection: sqlite3.Connection, track_id: str, folder: Folder) -> Entry | None:
    """The track of this id."""
    found = connection.execute("SELECT * FROM track WHERE id = ?", (track_id,)).fetchone()
    return entry(found, folder) if found else None


def insert(connection: sqlite3.Connection, new: NewTrack, header: Header, created: str) -> None:
    """Add a track; whatever was known of its id goes."""
    recipe = new.recipe
    connection.execute("DELETE FROM leaving WHERE id = ?", (new.id,))
    connection.execute(
        "INSERT OR REPLACE INTO track VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
        " (SELECT coalesce(max(added), 0) + 1 FROM track),"
        " (SELECT coalesce(max(used), 0) + 1 FROM track), 0, 0)",
        (
            new.id,
            recipe.prompt,
            recipe.seconds,
            str(recipe.seed),
            recipe.backend,
            recipe.model_version,
            json.dumps(dict(recipe.options), allow_nan=False),
            header.frames,
            header.sample_rate,
            header.bytes,
            new.generation_seconds,
            json.dumps(dict(new.notes), allow_nan=False),
            created,
        ),
    )


def touch(connection: sqlite3.Connection, track_id: str, plays: int = 0) -> None:
    """Count a use, and plays if it was one."""
    connection.execute(
        "UPDATE track SET used = (SELECT coalesce(max(used), 0) + 1 FROM track),"
        " plays = plays + ? WHERE id = ?",
        (plays, track_id),
    )


def page(
    connection: sqlite3.Connection, query: Query, folder: Folder
) -> tuple[tuple[Entry, ...], int]:
    """A cut out of the matching tracks, and how many match in all."""
    values = asdict(query)
    (total,) = connection.execute(COUNT, values).fetchone()
    return tuple(entry(row, folder) for row in connection.execute(PAGE, values)), total


def counts(connection: sqlite3.Connection) -> "dict[str, JsonValue]":
    """How much there is, with the field names of the wire contract."""
    count, size, seconds, favorites = connection.execute(
        "SELECT count(*), coalesce(sum(bytes), 0),"
        " coalesce(sum(1.0 * frames / sample_rate), 0), coalesce(sum(favorite), 0) FROM track"
    ).fetchone()
    oldest, newest = connection.execute(
        "SELECT (SELECT created FROM track ORDER BY added LIMIT 1),"
        " (SELECT created FROM track ORDER BY added DESC LIMIT 1)"
    ).fetchone()
    return {
        "count": count,
        "bytes": size,
        "size_mb": round(size / 1e6, 1),
        "seconds": round(seconds, 3),
        "favorites": favorites,
        "oldest": oldest,
        "newest": newest,
        "by_backend": dict(
            connection.execute("SELECT backend, count(*) FROM track GROUP BY backend").fetchall()
        ),
    }
