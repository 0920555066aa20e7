"""Jobs that outlive their daemon."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from library.making import keep, recipe, track_id
from lofi.library.journal import Journal, JournalEntry, State
from lofi.library.shelf import Library

Start = Callable[[], tuple[Library, Journal]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A daemon on the same library, any number of times."""
    libraries = []

    def started() -> tuple[Library, Journal]:
        library = Library.open(tmp_path / "library")
        libraries.append(library)
        return library, Journal(library.store, library.folder, library.owner)

    yield started
    for library in libraries:
        library.close()


def job(number: int, priority: str = "normal") -> JournalEntry:
    return JournalEntry(track_id=track_id(number), recipe=recipe(number), priority=priority)


def crash(library: Library) -> None:
    """What a kill does to the lock, as far as others can see."""
    assert library.owner._descriptor is not None
    os.close(library.owner._descriptor)
    library.owner._descriptor = None


def numbers(jobs: list[JournalEntry]) -> list[int]:
    return [int(each.track_id, 16) for each in jobs]


def test_jobs_come_back_after_a_crash_in_their_order(start: Start) -> None:
    library, journal = start()
    for number in range(5):
        journal.add(job(number))
    journal.reorder([track_id(number) for number in (0, 4, 2, 1, 3)])
    journal.remove(track_id(2))
    assert numbers(journal.jobs()) == [0, 4, 1, 3]
    crash(library)
    _, again = start()
    assert numbers(again.recover()) == [0, 4, 1, 3]
    assert again.recover() == again.jobs()
    assert again.jobs()[0] == job(0)


def test_one_added_twice_only_changes_its_priority_and_order_is_for_the_queue_to_say(
    start: Start,
) -> None:
    _, journal = start()
    for number in range(3):
        journal.add(job(number))
    journal.add(job(2, "high"))
    assert [entry.priority for entry in journal.jobs()] == ["normal", "normal", "high"]
    assert numbers(journal.jobs()) == [0, 1, 2]
    journal.reorder([job(number).track_id for number in (2, 0, 1)])
    assert numbers(journal.jobs()) == [2, 0, 1]
    assert journal.jobs()[0].priority == "high"


def test_a_job_that_was_running_waits_again_and_the_second_crash_fails_it(start: Start) -> None:
    library, journal = start()
    journal.add(job(1))
    journal.add(job(2))
    journal.start(track_id(1))
    crash(library)
    library, journal = start()
    assert [(each.state, each.attempts) for each in journal.recover()] == [
        (State.WAITING, 1),
        (State.WAITING, 0),
    ]
    journal.start(track_id(1))
    crash(library)
    for _ in range(2):  # it stays failed until somebody has said so
        library, journal = start()
        assert [each.state for each in journal.recover()] == [State.FAILED, State.WAITING]
        crash(library)
    library, journal = start()
    journal.recover()
    journal.remove(track_id(1))
    assert numbers(journal.jobs()) == [2]


def test_a_job_put_back_has_not_crashed_anything(start: Start) -> None:
    library, journal = start()
    journal.add(job(1))
    for _ in range(3):
        journal.start(track_id(1))
        journal.put_back(track_id(1))
    crash(library)
    assert start()[1].recover() == [job(1)]


def test_jobs_of_the_living_are_left_alone(start: Start) -> None:
    library, journal = start()
    journal.add(job(1))
    _, other = start()
    assert other.recover() == []
    other.remove(track_id(1))
    other.clear()
    assert numbers(journal.jobs()) == [1]
    library.close()


def test_two_that_want_the_same_track_keep_it_once(start: Start) -> None:
    first, journal = start()
    second, other = start()
    for each in (journal, other):
        each.add(job(1))
    crash(first)
    crash(second)
    assert numbers(start()[1].recover()) == [1]
    assert numbers(start()[1].recover()) == []


def test_a_job_whose_track_was_kept_before_the_crash_is_done(start: Start) -> None:
    library, journal = start()
    journal.add(job(1))
    journal.start(track_id(1))
    keep(library, 1)
    crash(library)
    assert start()[1].recover() == []


def test_cleared_jobs_do_not_come_back(start: Start) -> None:
    library, journal = start()
    journal.add(job(1))
    journal.clear()
    crash(library)
    assert start()[1].recover() == []


TAKER = """
import sys
from pathlib import Path
from lofi.library.journal import Journal
from lofi.library.shelf import Library
library = Library.open(Path(sys.argv[1]))
journal = Journal(library.store, library.folder, library.owner)
print("ready", flush=True)
sys.stdin.readline()
for job in journal.recover():
    print(job.track_id)
sys.stdout.flush()
sys.stdin.read()
"""


def test_four_daemons_take_each_job_of_the_dead_once(start: Start, tmp_path: Path) -> None:
    dead = []
    for owner in range(5):
        library, journal = start()
        dead.append(library)
        for number in range(40):
            journal.add(job(owner * 40 + number))
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", TAKER, str(tmp_path / "library")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for taker in takers:
        assert taker.stdout is not None
        assert taker.stdout.readline() == "ready\n"
    for library in dead:
        crash(library)
    for taker in takers:
        assert taker.stdin is not None
        taker.stdin.write("go\n")
        taker.stdin.flush()
    taken = [line for taker in takers for line in taker.communicate()[0].split()]
    assert sorted(taken) == [track_id(number) for number in range(200)]


KILLED = """
import sys
from pathlib import Path
from library.making import recipe, track_id
from lofi.library.journal import Journal, JournalEntry
from lofi.library.shelf import Library
library = Library.open(Path(sys.argv[1]))
journal = Journal(library.store, library.folder, library.owner)
jobs = [each.track_id for each in journal.recover()]
print(*jobs, flush=True)
for number in range(10):
    journal.add(JournalEntry(track_id=track_id(number), recipe=recipe(number), priority="normal"))
print("waiting", flush=True)
while True:
    for number in range(9, -1, -1):
        journal.reorder([track_id(number)])
        journal.start(track_id(0))
        journal.put_back(track_id(0))
"""


@pytest.mark.parametrize("kills", [3, pytest.param(50, marks=pytest.mark.slow)])
def test_no_kill_loses_or_doubles_a_waiting_job(tmp_path: Path, kills: int) -> None:
    expected: list[str] = []
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    for _ in range(kills):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        ) as process:
            assert process.stdout is not None
            assert sorted(process.stdout.readline().split()) == expected
            assert process.stdout.readline() == "waiting\n"
            process.kill()
        expected = [track_id(number) for number in range(10)]
