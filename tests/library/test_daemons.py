"""Several daemons on one library."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from library.making import agree, keep, track_id, unrepaired
from library.test_kills import environment
from lofi.library.shelf import Library

KEEPER = Path(__file__).parent / "keeper.py"


def keeper(root: Path, first: int, count: int, limit: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(KEEPER), str(root), str(first), str(count), str(limit)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )


@pytest.mark.parametrize("rounds", [1, pytest.param(30, marks=pytest.mark.slow)])
def test_four_daemons_on_the_same_tracks_never_harm_each_other(tmp_path: Path, rounds: int) -> None:
    for turn in range(rounds):
        daemons = [keeper(tmp_path, first, 40, 12) for first in (0, 0, 10, 10)]
        victim = keeper(tmp_path, 5, 100_000, 12)
        assert victim.stdout is not None
        for _ in range(5 + turn):
            victim.stdout.readline()
        victim.kill()
        victim.communicate()
        for daemon in daemons:
            lines = daemon.communicate()[0].splitlines()
            assert lines[0] == "open None"
            assert lines[-1] == "closed"
            assert [line for line in lines[1:-1] if not line.startswith("kept")] == []
            assert len(lines) == 42
        unrepaired(tmp_path)
        # One more if the kill fell between a file and its row: it is adopted by this start.
        assert 12 <= len(agree(tmp_path)) <= 13


def test_many_that_start_at_once_on_nothing_all_get_a_library(tmp_path: Path) -> None:
    daemons = [keeper(tmp_path / "library", 20 * n, 3, 100) for n in range(4)]
    for daemon in daemons:
        lines = daemon.communicate()[0].splitlines()
        assert [line.split()[0] for line in lines] == ["open", "kept", "kept", "kept", "closed"]
    assert len(agree(tmp_path / "library")) == 12


def test_a_track_kept_by_one_is_found_by_the_other(tmp_path: Path) -> None:
    one, other = Library.open(tmp_path), Library.open(tmp_path)
    keep(one, 1)
    assert other.find(track_id(1))
    other.delete(track_id(1))
    assert one.find(track_id(1)) is None
    one.close()
    other.close()


def test_threads_of_one_daemon_share_it(tmp_path: Path) -> None:
    library = Library.open(tmp_path, max_tracks=6)
    failures: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for number in range(first, first + 10):
                keep(library, number)
                library.find(track_id(number))
                library.stats()
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work, args=(first,)) for first in (0, 5, 10, 15)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    library.close()
    assert len(agree(tmp_path)) == 6


def test_one_that_finds_the_index_broken_does_not_cost_the_others_theirs(tmp_path: Path) -> None:
    running = Library.open(tmp_path)
    for number in range(3):
        keep(running, number)
    running.folder.set_database_aside("as another daemon would")
    other = Library.open(tmp_path)
    keep(other, 5)
    keep(running, 6)
    running.close()
    keep(other, 7)
    assert other.stats()["count"] == 6
    other.close()
    (tmp_path / "aside").rename(tmp_path / "seen")
    assert len(agree(tmp_path)) == 6
