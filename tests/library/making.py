"""Tracks for tests: made without numpy, so that a process that makes one starts at once."""

import json
import sqlite3
import struct
from pathlib import Path

from lofi.library.entry import Entry, NewTrack, Recipe
from lofi.library.shelf import Library


def recipe(number: int = 0, prompt: str = "rain", backend: str = "procedural") -> Recipe:
    return Recipe(prompt=prompt, seconds=5, seed=number, backend=backend, model_version="v1")


def track_id(number: int) -> str:
    return f"{number:016x}"


def comment(number: int) -> str:
    made = recipe(number)
    return json.dumps(
        {
            "prompt": made.prompt,
            "seed": made.seed,
            "duration_sec": made.seconds,
            "backend": made.backend,
            "model_version": made.model_version,
            "track_id": track_id(number),
        }
    )


def wav(frames: int = 100, tags: str = "", rate: int = 48_000) -> bytes:
    text = tags.encode() + b"\0" * (1 + len(tags.encode()) % 2)
    text += b"\0" * (len(text) % 2)
    info = b"INFO" + struct.pack("<4sI", b"ICMT", len(text)) + text
    body = (
        b"WAVE"
        + struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, rate, rate * 4, 4, 16)
        + struct.pack("<4sI", b"LIST", len(info))
        + info
        + struct.pack("<4sI", b"data", frames * 4)
        + b"\x01\x02\x03\x04" * frames
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def new(number: int, made: Recipe | None = None, **notes: str) -> NewTrack:
    return NewTrack(
        id=track_id(number), recipe=made or recipe(number), generation_seconds=1.5, notes=notes
    )


def part(library: Library, number: int, frames: int = 100) -> Path:
    path = library.part()
    path.write_bytes(wav(frames, comment(number)))
    return path


def keep(library: Library, number: int, frames: int = 100, made: Recipe | None = None) -> Entry:
    return library.keep(part(library, number, frames), new(number, made))


def unrepaired(root: Path) -> None:
    """Check what some accident left, before any daemon has seen it: no row without its file."""
    connection = sqlite3.connect(root / "library.sqlite3")
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    rows = connection.execute("SELECT id, bytes FROM track").fetchall() if tables != (0,) else []
    connection.close()
    for name, size in rows:
        path = root / "tracks" / f"{name}.wav"
        assert path.exists(), f"the index names {name}, which is missing"
        assert path.stat().st_size == size, f"{name} is torn"


def agree(root: Path) -> set[str]:
    """Open what some accident left; check that rows and files are the same whole tracks."""
    before = {path.name for path in (root / "tracks").glob("*.wav")}
    library = Library.open(root)
    try:
        assert library.closed is None
        with library.store.read() as connection:
            rows = dict(connection.execute("SELECT id, bytes FROM track").fetchall())
        files = {path.stem: path.stat().st_size for path in (root / "tracks").iterdir()}
        assert files == rows
        for name, size in rows.items():
            tags = comment(int(name, 16))
            frames = (size - len(wav(0, tags))) // 4
            assert Path(library.get(name).path).read_bytes() == wav(frames, tags)
        assert not list((root / "aside").glob("*")), "something was torn"
        assert {f"{name}.wav" for name in rows} <= before
    finally:
        library.close()
    return set(rows)
