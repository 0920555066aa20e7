"""The shelf of finished tracks, in good times."""

import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from library.making import keep, new, part, recipe, track_id, wav
from lofi.errors import TrackNotFound, WriteFailed
from lofi.library.rows import Query, Sort
from lofi.library.shelf import Library

HOSTILE = ["../outside", "/etc/passwd", "", "0" * 15, "A" * 16, "0" * 16 + ".wav", "%s", "{0}"]


def everything(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if "library.sqlite3" not in path.name)


def test_a_kept_track_is_found_with_everything_known_of_it(library: Library) -> None:
    made = recipe(2**64 - 1, prompt="räin ☂ 'quoted' \"twice\"; DROP TABLE track")
    source = part(library, 1, frames=96_000)
    kept = library.keep(source, new(1, made, style="jazzy", key="F major"))
    assert not source.exists()
    assert Path(kept.path) == library.folder.root / "tracks" / f"{track_id(1)}.wav"
    assert Path(kept.path).stat().st_size == kept.bytes
    found = library.get(track_id(1))
    assert found == kept
    assert (found.seconds, found.recipe, found.favorite) == (2.0, made, False)
    assert (
        found.described().items()
        >= {
            "track_id": track_id(1),
            "seed": 2**64 - 1,
            "duration_sec": 2.0,
            "generation_time_sec": 1.5,
            "style": "jazzy",
        }.items()
    )


def test_tracks_outlive_the_daemon(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    kept = keep(library, 1)
    library.favorite(kept.id, on=True)
    library.close()
    again = Library.open(tmp_path)
    assert again.get(kept.id) == replace(kept, favorite=True)
    again.close()


def test_notes_cannot_take_the_place_of_facts(library: Library) -> None:
    kept = library.keep(part(library, 1), new(1, track_id="forged", path="/etc/passwd"))
    assert kept.described()["track_id"] == track_id(1)
    assert kept.described()["path"] == kept.path


def test_a_hit_counts_as_use_and_a_look_does_not(library: Library) -> None:
    for number in range(3):
        keep(library, number)
    order = Query(sort=Sort.USED, descending=False)
    library.get(track_id(0))
    assert [e.id for e in library.page(order).entries] == [track_id(n) for n in (0, 1, 2)]
    assert library.find(track_id(0))
    assert [e.id for e in library.page(order).entries] == [track_id(n) for n in (1, 2, 0)]
    library.played(track_id(1))
    assert [e.id for e in library.page(order).entries] == [track_id(n) for n in (2, 0, 1)]
    assert library.get(track_id(1)).plays == 1
    assert library.find(track_id(9)) is None


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_id_is_not_found_before_the_disk_is_touched(library: Library, name: str) -> None:
    before = everything(library.folder.root)
    library.store.close()  # any access to the index would now be another error
    for ask in (library.find, library.get, library.delete, library.played):
        with pytest.raises(TrackNotFound):
            ask(name)
    with pytest.raises(TrackNotFound):
        library.favorite(name, on=True)
    assert everything(library.folder.root) == before


def test_a_track_with_a_hostile_id_is_not_kept(library: Library) -> None:
    source = part(library, 1)
    forged = new(1)
    object.__setattr__(forged, "id", "../../outside")
    with pytest.raises(TrackNotFound):
        library.keep(source, forged)
    assert list(library.folder.tracks.iterdir()) == []


def test_delete_takes_row_and_file_even_of_a_favourite(library: Library) -> None:
    keep(library, 1)
    library.favorite(track_id(1), on=True)
    assert library.delete(track_id(1)).id == track_id(1)
    assert list(library.folder.tracks.iterdir()) == []
    for ask in (library.get, library.delete):
        with pytest.raises(TrackNotFound):
            ask(track_id(1))


def test_clear_spares_favourites_and_the_protected(library: Library) -> None:
    for number in range(5):
        keep(library, number)
    library.favorite(track_id(1), on=True)
    assert sorted(library.clear(protect=[track_id(2)])) == [track_id(n) for n in (0, 3, 4)]
    library.favorite(track_id(1), on=False)
    assert sorted(library.clear()) == [track_id(1), track_id(2)]
    keep(library, 7)
    library.favorite(track_id(7), on=True)
    assert library.clear(keep_favorites=False) == [track_id(7)]
    assert list(library.folder.tracks.iterdir()) == []


def test_stats_count_what_is_there(library: Library) -> None:
    assert library.stats()["count"] == 0
    assert library.stats()["oldest"] is None
    first = keep(library, 1, frames=48_000)
    last = keep(library, 2, frames=24_000, made=recipe(2, backend="musicgen"))
    library.favorite(last.id, on=True)
    assert library.stats() == {
        "count": 2,
        "bytes": first.bytes + last.bytes,
        "size_mb": 0.3,
        "seconds": 1.5,
        "favorites": 1,
        "oldest": first.created,
        "newest": last.created,
        "by_backend": {"procedural": 1, "musicgen": 1},
        "limits": {"max_bytes": 500_000_000, "max_tracks": None},
        "read_only": None,
    }


def test_the_same_track_made_twice_is_kept_once(library: Library) -> None:
    first = keep(library, 1)
    inode = Path(first.path).stat().st_ino
    second = keep(library, 1)
    assert Path(second.path).stat().st_ino == inode
    assert second.used > first.used
    assert [path.name for path in library.folder.tracks.iterdir()] == [f"{track_id(1)}.wav"]


@pytest.mark.parametrize("content", [b"", b"RIFF", wav(100)[:-1], wav(100) + b"x", b"\0" * 500])
def test_a_part_that_is_not_a_whole_wav_is_refused_and_removed(
    library: Library, content: bytes
) -> None:
    source = library.part()
    source.write_bytes(content)
    with pytest.raises(WriteFailed, match="not a whole WAV"):
        library.keep(source, new(1))
    assert list(library.folder.tracks.iterdir()) == []
    assert library.find(track_id(1)) is None


def test_a_part_that_was_never_written_is_refused(library: Library) -> None:
    with pytest.raises(WriteFailed):
        library.keep(library.part(), new(1))


def test_only_parts_of_this_library_are_taken_in(library: Library, tmp_path: Path) -> None:
    outside = tmp_path / f".lofi-{'0' * 24}.part"
    outside.write_bytes(wav())
    mine = keep(library, 2)
    for path in (outside, Path(mine.path)):
        with pytest.raises(WriteFailed):
            library.keep(path, new(1))
    assert outside.exists()
    link = library.part()
    link.symlink_to(outside)
    with pytest.raises(WriteFailed):
        library.keep(link, new(1))
    assert outside.read_bytes() == wav()


def test_names_for_writers_are_never_the_same(library: Library) -> None:
    assert len({library.part() for _ in range(50)}) == 50


@pytest.mark.parametrize("change", ["delete", "truncate", "replace", "link", "folder"])
def test_a_file_changed_by_hand_is_a_miss_and_can_be_made_again(
    library: Library, tmp_path: Path, change: str
) -> None:
    path = Path(keep(library, 1).path)
    outside = tmp_path / "outside"
    outside.write_bytes(path.read_bytes())
    path.unlink()
    match change:
        case "truncate":
            path.write_bytes(wav()[:50])
        case "replace":
            path.write_text("mine")
        case "link":
            path.symlink_to(outside)
        case "folder":
            path.mkdir()
    page = library.page(Query())
    assert page == ((), 0)
    assert library.find(track_id(1)) is None
    if change == "folder":
        with pytest.raises(WriteFailed):
            keep(library, 1)
        return
    keep(library, 1)
    assert library.find(track_id(1))
    assert not path.is_symlink()
    assert outside.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_nobody_else_can_read_it_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        library = Library.open(tmp_path / "a" / "library")
        keep_unmasked(library)
    finally:
        os.umask(before)
    for path in (library.folder.root, *library.folder.root.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
    library.close()


def keep_unmasked(library: Library) -> None:
    source = part(library, 1)
    source.chmod(0o666)
    library.keep(source, new(1))


ODD = [
    "with space",
    'it\'s "quoted"',
    "new\nline",
    "🎧 ünï",
    "a?b#c%20d&mode=ro",
    "%00",
    "x" * 250,
    "-rf",
    "a;b|c$d`e",
    "file:memory:",
    ":memory:",
]


@pytest.mark.parametrize("name", ODD)
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    library = Library.open(root)
    keep(library, 1)
    library.close()
    assert (root / "library.sqlite3").stat().st_size > 0
    assert [path.name for path in tmp_path.iterdir()] == [name]
    again = Library.open(root)
    assert again.closed is None
    assert again.find(track_id(1))
    again.close()


def test_a_name_that_is_not_utf_8_will_do(tmp_path: Path) -> None:
    root = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe"))
    library = Library.open(root)
    keep(library, 1)
    assert library.closed is None
    assert library.find(track_id(1))
    library.close()


def test_a_relative_root_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    library = Library.open(Path("here"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    kept = keep(library, 1)
    assert Path(kept.path).parent == tmp_path / "here" / "tracks"
    library.close()


def test_it_loads_nothing_heavy() -> None:
    script = (
        "import sys, lofi.library.shelf, lofi.library.journal\n"
        "print([m for m in ('numpy', 'pydantic', 'soundfile', 'scipy') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
