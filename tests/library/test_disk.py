"""Disks that are full, closed, or held by somebody else."""

import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from library.making import agree, keep, new, part, recipe, track_id, wav
from library.test_kills import environment
from lofi.errors import LofiError, WriteFailed
from lofi.library.journal import Journal, JournalEntry
from lofi.library.rows import Query
from lofi.library.shelf import Library

SHELL = """
set -e
mount -t tmpfs -o size={size} lofi "$2"
exec "$1" -c "$3" "$2"
"""


def in_a_mount(root: Path, script: str, size: str = "1m") -> str:
    """Run Python in a mount name space of its own, on a small disk; what it prints."""
    unshare = shutil.which("unshare")
    command = [unshare or "unshare", "-m", "-r"]
    probe = [*command, "mount", "-t", "tmpfs", "lofi", "/tmp"]  # noqa: S108
    if unshare is None or subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip("small disk: this machine lets nobody mount one")
    root.mkdir(exist_ok=True)
    run = subprocess.run(
        [*command, "sh", "-c", SHELL.format(size=size), "sh", sys.executable, str(root), script],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


BEGIN = """
import os, subprocess, sys
from pathlib import Path
from library.making import agree, comment, keep, new, part, track_id, wav
from lofi.errors import LofiError, WriteFailed
from lofi.library.rows import Query
from lofi.library.shelf import Library
root = Path(sys.argv[1]) / "library"

def fill(leave=0):
    with open(root.parent / "ballast", "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            size = file.tell()
    os.truncate(root.parent / "ballast", size - leave)

def refused(what, *arguments):
    try:
        what(*arguments)
    except WriteFailed as error:
        return error.message
    raise AssertionError("not refused")
"""


def test_a_full_disk_fails_the_track_and_nothing_else(tmp_path: Path) -> None:
    script = BEGIN + (
        """
library = Library.open(root)
keep(library, 1, frames=10_000)
failures = 0
for leave in range(0, 40_960 * 4, 4096):
    fill(leave)
    source = library.part()
    try:
        source.write_bytes(wav(10_000, comment(2)))
    except OSError:
        failures += 1
        source.unlink()
        continue
    fill()
    try:
        library.keep(source, new(2))
    except WriteFailed as error:
        failures += 1
        assert not (root / "tracks" / f"{track_id(2)}.wav").exists()
        assert library.find(track_id(2)) is None
    else:
        library.delete(track_id(2))
    assert [path.stem for path in (root / "tracks").iterdir()] == [track_id(1)]
    assert library.find(track_id(1))
assert failures > 0
(root.parent / "ballast").unlink()
keep(library, 3)
library.close()
print(sorted(agree(root)))
"""
    )
    assert in_a_mount(tmp_path, script) == f"{[track_id(1), track_id(3)]}\n"


def test_a_full_disk_at_the_start_still_serves_and_recovers(tmp_path: Path) -> None:
    script = BEGIN + (
        """
library = Library.open(root)
keep(library, 1)
library.favorite(track_id(1), on=True)
library.close()
fill()
library = Library.open(root)
assert library.find(track_id(1)).favorite
assert library.page(Query()).total == 1
try:
    keep(library, 2)
except (WriteFailed, OSError):
    print("refused")
(root.parent / "ballast").unlink()
keep(library, 2)
assert library.closed is None
library.close()
print(sorted(agree(root)))
"""
    )
    expected = f"refused\n{[track_id(1), track_id(2)]}\n"
    assert in_a_mount(tmp_path, script) == expected


def test_a_full_disk_without_a_library_gives_an_empty_one(tmp_path: Path) -> None:
    script = BEGIN + (
        """
fill()
library = Library.open(root)
assert library.page(Query()).total == 0
print(refused(library.part))
(root.parent / "ballast").unlink()
keep(library, 2)
library.close()
"""
    )
    assert "cannot keep anything" in in_a_mount(tmp_path, script)


@pytest.mark.parametrize("killed", [False, True])
def test_a_read_only_library_serves_what_it_has(tmp_path: Path, killed: bool) -> None:
    script = BEGIN + (
        f"""
child = (
    "import os, sys; from pathlib import Path; from library.making import keep;"
    "from lofi.library.shelf import Library;"
    "library = Library.open(Path(sys.argv[1])); keep(library, 1); keep(library, 2);"
    "{"os._exit(0)" if killed else "library.close()"}"
)
subprocess.run([sys.executable, "-c", child, str(root)], check=True)
before = sorted(path.name for path in root.rglob("*"))
subprocess.run(["mount", "-o", "remount,ro", str(root.parent)], check=True)
library = Library.open(root)
assert library.closed
assert library.find(track_id(1)) and library.find(track_id(2))
assert library.page(Query()).total == 2
assert library.stats()["count"] == 2
print(refused(library.part))
print(refused(library.delete, track_id(1)))
print(refused(library.favorite, track_id(1), True))
print(refused(library.clear))
assert library.find(track_id(1))
assert sorted(path.name for path in root.rglob("*")) == before
subprocess.run(["mount", "-o", "remount,rw", str(root.parent)], check=True)
keep(library, 3)
library.close()
agree(root)
"""
    )
    lines = in_a_mount(tmp_path, script).splitlines()
    assert len(lines) == 4
    assert all("cannot keep anything" in line and "ead-only" in line for line in lines)


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond 20 kB: a disk that refuses in the middle, on any machine."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("small_files")
def test_a_limit_on_file_sizes_fails_tracks_one_by_one(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    outcomes = set()
    for number in range(30):
        try:
            keep(library, number)
            outcomes.add("kept")
        except WriteFailed:
            outcomes.add("failed")
    files = {path.stem for path in library.folder.tracks.iterdir()}
    assert files == {entry.id for entry in library.page(Query()).entries}
    assert "failed" in outcomes
    library.close()


def test_an_index_held_by_another_program_is_a_clean_error(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    keep(library, 1)
    source = part(library, 2)
    journal = Journal(library.store, library.folder, library.owner)
    holder = sqlite3.connect(tmp_path / "library.sqlite3", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert library.find(track_id(1))  # without waiting for the count of uses
    assert library.page(Query()).total == 1
    assert library.stats()["count"] == 1
    with (
        pytest.raises(WriteFailed, match="another program holds"),
        library.store.write(patience=0.05),
    ):
        pass
    library.played(track_id(1))
    holder.execute("ROLLBACK")
    holder.close()
    journal.add(JournalEntry(track_id=track_id(2), recipe=recipe(2), priority="normal"))
    library.keep(source, new(2))
    library.close()
    assert agree(tmp_path) == {track_id(1), track_id(2)}


@pytest.mark.slow
def test_keeping_gives_up_after_a_while_when_the_index_is_held(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    source = part(library, 2)
    holder = sqlite3.connect(tmp_path / "library.sqlite3", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(WriteFailed, match="another program holds"):
        library.keep(source, new(2))
    other = Library.open(tmp_path)
    assert other.closed
    assert "another program holds" in other.closed
    holder.execute("ROLLBACK")
    holder.close()
    keep(other, 3)
    assert other.closed is None
    for each in (library, other):
        each.close()
    assert agree(tmp_path) == {track_id(3)}


def test_a_root_that_is_a_file_is_an_empty_library_that_says_why(tmp_path: Path) -> None:
    root = tmp_path / "file"
    root.write_bytes(wav())
    library = Library.open(root)
    assert library.page(Query()).total == 0
    with pytest.raises(LofiError, match="cannot keep anything"):
        library.part()
    library.close()
    assert root.read_bytes() == wav()


def test_a_root_that_cannot_be_resolved_is_an_error_with_a_name(tmp_path: Path) -> None:
    root = tmp_path / "loop"
    root.symlink_to(root)
    with pytest.raises(WriteFailed):
        Library.open(root / "x")
