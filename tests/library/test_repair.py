"""What a start finds, and what it makes of it."""

import json
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from library.making import agree, comment, keep, part, recipe, track_id, wav
from lofi.errors import LofiError
from lofi.library import schema
from lofi.library.owner import Owner
from lofi.library.rows import Query, Sort
from lofi.library.shelf import Library


def filled(root: Path, count: int = 5) -> None:
    library = Library.open(root)
    for number in range(count):
        keep(library, number)
    library.close()


def ids(library: Library) -> list[str]:
    return [entry.id for entry in library.page(Query(sort=Sort.CREATED, descending=False)).entries]


def test_a_file_without_a_row_is_adopted_by_its_tags(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "tracks" / f"{track_id(7)}.wav").write_bytes(wav(48_000, comment(7)))
    library = Library.open(tmp_path)
    found = library.get(track_id(7))
    assert (found.recipe, found.seconds) == (recipe(7), 1.0)
    library.close()
    assert len(agree(tmp_path)) == 6


def test_the_licence_in_the_tags_is_adopted_too(tmp_path: Path) -> None:
    filled(tmp_path)
    tags = json.dumps(json.loads(comment(7)) | {"licence": "CC0-1.0"})
    (tmp_path / "tracks" / f"{track_id(7)}.wav").write_bytes(wav(48_000, tags))
    library = Library.open(tmp_path)
    assert library.get(track_id(7)).described()["licence"] == "CC0-1.0"
    library.close()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (f"{track_id(7)}.wav", wav(50, comment(8))),
        (f"{track_id(7)}.wav", wav(50, "not json")),
        (f"{track_id(7)}.wav", wav(50)),
        (f"{track_id(7)}.wav", wav(50, comment(7))[:-1]),
        (f"{track_id(7)}.wav", b""),
        ("mine.wav", wav(50, comment(7))),
        ("F" * 16 + ".wav", wav(50, "{}")),
    ],
)
def test_a_file_that_is_no_track_of_ours_is_set_aside_not_removed(
    tmp_path: Path, name: str, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    filled(tmp_path)
    (tmp_path / "tracks" / name).write_bytes(content)
    library = Library.open(tmp_path)
    assert len(ids(library)) == 5
    assert len(list(library.folder.tracks.iterdir())) == 5
    assert [path.read_bytes() for path in (tmp_path / "aside").iterdir()] == [content]
    assert "set aside" in caplog.text
    library.close()


def test_other_files_of_the_user_are_left_alone(tmp_path: Path) -> None:
    filled(tmp_path)
    for path in (tmp_path / "tracks" / "notes.txt", tmp_path / "cover.png"):
        path.write_text("mine")
    Library.open(tmp_path).close()
    assert (tmp_path / "tracks" / "notes.txt").read_text() == "mine"
    assert (tmp_path / "cover.png").read_text() == "mine"


def test_rows_without_their_file_or_of_another_size_are_dropped(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "tracks" / f"{track_id(1)}.wav").unlink()
    with (tmp_path / "tracks" / f"{track_id(2)}.wav").open("ab") as file:
        file.truncate(60)
    library = Library.open(tmp_path)
    with library.store.read() as connection:
        (count,) = connection.execute("SELECT count(*) FROM track").fetchone()
    assert count == 3
    library.close()


def test_parts_of_the_dead_are_swept_and_those_of_the_living_stay(tmp_path: Path) -> None:
    living, dying = Library.open(tmp_path), Library.open(tmp_path)
    alive, orphan = part(living, 1), part(dying, 2)
    dying.close()
    third = Library.open(tmp_path)
    assert alive.exists()
    assert not orphan.exists()
    third.close()
    living.close()
    Library.open(tmp_path).close()
    assert not alive.exists()
    assert list((tmp_path / "daemons").iterdir()) == []


def test_a_removed_track_whose_file_survived_a_kill_does_not_come_back(tmp_path: Path) -> None:
    filled(tmp_path)
    with closing(sqlite3.connect(tmp_path / "library.sqlite3")) as connection, connection:
        connection.execute("DELETE FROM track WHERE id = ?", (track_id(1),))
        connection.execute("INSERT INTO leaving VALUES (?)", (track_id(1),))
        connection.execute("INSERT INTO leaving VALUES ('../../outside')")
    connection.close()
    library = Library.open(tmp_path)
    assert library.find(track_id(1)) is None
    assert not (tmp_path / "tracks" / f"{track_id(1)}.wav").exists()
    library.close()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "../../../outside"),
        ("options", "{"),
        ("notes", "[]"),
        ("seed", "many"),
        ("options", '{"a": NaN}'),
    ],
)
def test_a_row_that_cannot_be_ours_is_replaced_by_what_the_file_says(
    tmp_path: Path, column: str, value: str
) -> None:
    filled(tmp_path, 2)
    with closing(sqlite3.connect(tmp_path / "library.sqlite3")) as connection, connection:
        connection.execute(f"UPDATE track SET {column} = ? WHERE id = ?", (value, track_id(1)))  # noqa: S608
    connection.close()
    assert agree(tmp_path) == {track_id(0), track_id(1)}


def flip_header(path: Path) -> None:
    path.write_bytes(b"S" * 100 + path.read_bytes()[100:])


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 + 100)


def text(path: Path) -> None:
    path.write_text("dear diary\n" * 1000)


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE diary (day)")
    connection.close()


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    connection.close()


def without_a_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE job")
    connection.close()


@pytest.mark.parametrize("harm", [flip_header, cut, text, foreign, newer, without_a_table])
def test_a_database_that_cannot_be_used_is_set_aside_and_rebuilt(
    tmp_path: Path, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    filled(tmp_path)
    database = tmp_path / "library.sqlite3"
    harm(database)
    harmed = database.read_bytes()
    with caplog.at_level(logging.WARNING):
        library = Library.open(tmp_path)
    assert library.closed is None
    assert ids(library) == [track_id(number) for number in range(5)]
    keep(library, 9)
    library.close()
    assert "set aside" in caplog.text
    (kept,) = (tmp_path / "aside").glob("*.sqlite3")
    assert len(kept.read_bytes()) == len(harmed)


@pytest.mark.parametrize("harm", [lambda path: path.write_bytes(b""), Path.unlink])
def test_a_missing_or_empty_database_is_made_anew(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    filled(tmp_path)
    harm(tmp_path / "library.sqlite3")
    assert len(agree(tmp_path)) == 5


def test_bytes_flipped_in_any_page_cost_no_track(tmp_path: Path) -> None:
    filled(tmp_path, 20)
    database = tmp_path / "library.sqlite3"
    whole = database.read_bytes()
    recovered = 0
    for page in range(0, len(whole), 4096):
        for at in (0, 5, 100, 2000, 4000):
            damaged = bytearray(whole)
            damaged[page + at] ^= 0xFF
            database.write_bytes(damaged)
            library = Library.open(tmp_path)
            assert sorted(ids(library)) == [track_id(number) for number in range(20)]
            recovered += len(ids(library))
            library.close()
    assert recovered == 20 * 5 * (len(whole) // 4096)


def test_a_database_taken_away_under_a_running_daemon_is_noticed(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    keep(library, 1)
    library.folder.set_database_aside("a test")
    assert library.find(track_id(1))
    keep(library, 2)
    library.close()
    (tmp_path / "aside").rename(tmp_path / "seen")
    assert agree(tmp_path) == {track_id(1), track_id(2)}


def test_a_folder_deleted_under_a_running_daemon_is_made_anew(tmp_path: Path) -> None:
    library = Library.open(tmp_path / "library")
    keep(library, 1)
    shutil.rmtree(tmp_path / "library")
    assert library.find(track_id(1)) is None
    keep(library, 2)
    assert library.find(track_id(2))
    library.close()
    assert agree(tmp_path / "library") == {track_id(2)}


def test_damage_met_while_running_is_repaired_by_the_next_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library = Library.open(tmp_path)
    for number in range(5):
        keep(library, number)
    library.close()
    library = Library.open(tmp_path)
    flip_header(tmp_path / "library.sqlite3")
    for path in tmp_path.glob("library.sqlite3-*"):
        os.truncate(path, 0)
    with pytest.raises(LofiError, match="damaged"):
        ids(library)
    assert len(ids(library)) == 5
    keep(library, 9)
    library.close()
    assert "set aside" in caplog.text


@pytest.mark.parametrize("name", ["tracks", "library.sqlite3", "library.sqlite3-wal", "aside"])
def test_a_link_inside_the_library_is_never_written_through(tmp_path: Path, name: str) -> None:
    root, outside = tmp_path / "library", tmp_path / "outside"
    filled(root)
    if name in {"tracks", "aside"}:
        outside.mkdir()
        (outside / "mine").write_text("mine")
        (root / "tracks" / "stray.wav").write_text("x")
        if name == "tracks":
            (root / "tracks").rename(tmp_path / "moved")
    else:
        outside.write_bytes(b"")
        (root / name).unlink(missing_ok=True)
    (root / name).symlink_to(outside)
    library = Library.open(root)
    assert library.closed is None
    keep(library, 9)
    library.close()
    if outside.is_dir():
        assert [path.name for path in outside.iterdir()] == ["mine"]
    else:
        assert outside.read_bytes() == b""


def test_the_root_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "library").symlink_to(tmp_path / "disk")
    filled(tmp_path / "library")
    assert len(agree(tmp_path / "disk")) == 5


def test_the_order_of_eviction_does_not_come_from_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, year in enumerate((2026, 2016, 2046, 2001)):

        class Jumped(datetime):
            year_now = year

            @classmethod
            def now(cls, tz: object = None) -> "Jumped":
                return cls(cls.year_now, 1, 1, tzinfo=tz)  # type: ignore[arg-type]

        monkeypatch.setattr("lofi.library.shelf.datetime", Jumped)
        library = Library.open(tmp_path, max_tracks=3)
        kept = keep(library, number)
        assert kept.created == f"{year}-01-01T00:00:00+00:00"
        newest_first = library.page(Query())
        assert newest_first.entries[0].id == kept.id
        library.close()
    assert agree(tmp_path) == {track_id(1), track_id(2), track_id(3)}


def test_a_thousand_tracks_without_an_index_are_all_found(tmp_path: Path) -> None:
    filled(tmp_path, 1)
    for number in range(1000):
        (tmp_path / "tracks" / f"{track_id(number)}.wav").write_bytes(wav(10, comment(number)))
    library = Library.open(tmp_path)
    assert library.stats()["count"] == 1000
    library.close()


def test_the_lock_of_a_crashed_daemon_is_free(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    crashed = Owner(library.folder)
    crashed.live()
    assert crashed._descriptor is not None
    os.close(crashed._descriptor)
    crashed._descriptor = None
    assert (library.folder.daemons / f"{crashed.token}.lock").exists()
    Library.open(tmp_path).close()
    assert not (library.folder.daemons / f"{crashed.token}.lock").exists()
    library.close()
