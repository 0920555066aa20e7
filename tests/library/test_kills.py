"""Kills and failing system calls at every moment: what is there is whole, rows and files agree."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from library.making import agree, keep, track_id, unrepaired
from lofi.library.shelf import Library

HERE = Path(__file__).parent
RENAMES = "rename,renameat,renameat2"
REMOVALS = "unlink,unlinkat"
CALLS = "openat,write,pwrite64,fsync,fdatasync,ftruncate,mkdir"
ERRORS = ["ENOSPC", "EIO", "EACCES", "EMFILE"]


def command(root: Path, count: int, limit: int = 3) -> list[str]:
    return [sys.executable, "-S", str(HERE / "keeper.py"), str(root), "0", str(count), str(limit)]


def environment() -> dict[str, str]:
    source = str(HERE.parent.parent / "src")
    return os.environ | {"PYTHONPATH": f"{HERE.parent}:{source}", "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def strace() -> str:
    path = shutil.which("strace")
    if path is None:
        pytest.skip("failing system calls: strace is not installed")
    probe = subprocess.run(
        [path, "-qq", "-o", "/dev/null", "true"], capture_output=True, check=False
    )
    if probe.returncode:
        pytest.skip("failing system calls: this machine lets nobody trace")
    return path


@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=pytest.mark.slow)])
def test_no_random_kill_tears_a_track_or_parts_a_row_from_its_file(
    tmp_path: Path, kills: int
) -> None:
    chance = random.Random(kills)  # noqa: S311
    survivors = 0
    for _ in range(kills):
        with subprocess.Popen(
            command(tmp_path, 100_000), stdout=subprocess.PIPE, text=True, env=environment()
        ) as process:
            assert process.stdout is not None
            for _ in range(chance.randrange(1, 30)):
                process.stdout.readline()
            for _ in range(chance.randrange(2_000)):
                pass  # a moment that is not always just after a line was written
            process.kill()
        unrepaired(tmp_path)
        found = agree(tmp_path)
        assert len(found) <= 5  # the limit, the newest, and one that was on its way out
        survivors += len(found)
    assert survivors > 0


def steps(
    strace: str, root: Path, fault: str, calls: str, every: int
) -> Iterator[tuple[int, subprocess.CompletedProcess[str]]]:
    """Run a keeper with the n-th call on the library failing, until no call is left to fail.

    Of those that Python uses to start, only calls on paths inside the library count (-P). That
    filter does not see the new name in a rename.
    """
    n = 1
    while True:
        shutil.rmtree(root, ignore_errors=True)
        library = Library.open(root, max_tracks=3)
        for number in (10, 11, 12):
            keep(library, number)
        library.close()
        log = root.parent / "strace.log"
        paths = [root, root / "tracks", root / "daemons", root / "library.lock"]
        paths += [Path(f"{root}/library.sqlite3{suffix}") for suffix in ("", "-wal", "-shm")]
        paths += [root / "tracks" / f"{track_id(number)}.wav" for number in (0, 1, 10, 11, 12)]
        only = [word for path in paths for word in ("-P", str(path)) if calls == CALLS]
        faults = ["-e", f"trace={calls}", "-e", f"inject={calls}:{fault}:when={n}"]
        run = subprocess.run(
            [strace, "-f", "-qq", "-o", str(log), *only, *faults, *command(root, 2)],
            capture_output=True,
            text=True,
            env=environment(),
            check=False,
        )
        text = log.read_text()
        if "INJECTED" not in text and "+++ killed by SIGKILL" not in text:
            assert run.returncode == 0
            return
        yield n, run
        n += every


@pytest.mark.parametrize(
    ("calls", "every"),
    [
        (RENAMES, 1),
        (REMOVALS, 1),
        (CALLS, 17),
        pytest.param(CALLS, 1, marks=pytest.mark.slow),
    ],
    ids=["renames", "removals", "some", "all"],
)
def test_a_kill_at_the_nth_call_leaves_whole_tracks(
    strace: str, tmp_path: Path, calls: str, every: int
) -> None:
    reached = 0
    for n, run in steps(strace, tmp_path / "library", "signal=SIGKILL", calls, every):
        kept = {line.split()[1] for line in run.stdout.splitlines() if line.startswith("kept")}
        unrepaired(tmp_path / "library")
        assert kept <= agree(tmp_path / "library"), n
        reached = n
    assert reached > (20 if calls == CALLS else 1)


@pytest.mark.parametrize(
    ("error", "calls", "every"),
    [
        ("EIO", RENAMES, 1),
        ("EACCES", REMOVALS, 2),
        ("ENOSPC", CALLS, 17),
        *(pytest.param(error, CALLS, 1, marks=pytest.mark.slow) for error in ERRORS),
    ],
)
def test_an_error_at_the_nth_call_is_said_and_leaves_nothing_partial(
    strace: str, tmp_path: Path, error: str, calls: str, every: int
) -> None:
    reached = 0
    for n, run in steps(strace, tmp_path / "library", f"error={error}", calls, every):
        lines = run.stdout.splitlines()
        assert run.returncode == 0, (n, run.stderr)
        assert lines[-1] == "closed"
        assert len(lines) == 4
        kept = {line.split()[1] for line in lines if line.startswith("kept")}
        assert all(line.split()[0] in {"kept", "CACHE_WRITE_ERROR", "PART"} for line in lines[1:3])
        unrepaired(tmp_path / "library")
        found = agree(tmp_path / "library")
        assert kept <= found, (n, run.stdout)
        reached = n
    assert reached > (20 if calls == CALLS else 1)


@pytest.mark.slow
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_a_disk_that_fails_from_the_nth_call_on_is_survived(
    strace: str, tmp_path: Path, error: str
) -> None:
    root = tmp_path / "library"
    for n in range(1, 60, 3):
        library = Library.open(root, max_tracks=3)
        keep(library, 10)
        library.close()
        calls = "pwrite64,fsync,fdatasync,ftruncate"
        paths = ["-P", f"{root}/library.sqlite3-wal", "-P", f"{root}/library.sqlite3"]
        faults = ["-e", f"trace={calls}", "-e", f"inject={calls}:error={error}:when={n}+"]
        subprocess.run(
            [strace, "-f", "-qq", "-o", "/dev/null", *paths, *faults, *command(root, 3)],
            capture_output=True,
            env=environment(),
            check=True,
        )
        unrepaired(root)
        agree(root)


def test_the_checks_after_a_kill_can_fail(tmp_path: Path) -> None:
    library = Library.open(tmp_path)
    path = Path(keep(library, 1).path)
    library.close()
    unrepaired(tmp_path)
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(AssertionError, match="torn"):
        unrepaired(tmp_path)
    with pytest.raises(AssertionError, match="torn"):
        agree(tmp_path)
    path.unlink(missing_ok=True)
    library = Library.open(tmp_path)
    path = Path(keep(library, 2).path)
    library.close()
    path.unlink()
    with pytest.raises(AssertionError, match="missing"):
        unrepaired(tmp_path)
