"""What is put together, and what it takes over from daemons that died."""

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import lofi.backends
from fixtures.fakes import BACKENDS, INFERENCE
from lofi.config import Config
from lofi.library.entry import Recipe
from lofi.library.journal import Journal, JournalEntry
from lofi.library.shelf import Library
from lofi.rpc import desk
from lofi.rpc.desk import Desk
from lofi.rpc.outbox import Outbox
from lofi.rpc.wire import Wire


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lofi.backends, "__path__", [*lofi.backends.__path__, str(BACKENDS)])


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    """Everything that is said goes into a file."""
    descriptor = os.open(tmp_path / "said", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    outbox = Outbox(descriptor, lambda _reason: None)
    yield Wire(outbox)
    outbox.close(10)
    os.close(descriptor)


def recipe(**change: object) -> Recipe:
    known = {
        "prompt": "hang",
        "seconds": 1,
        "seed": 7,
        "backend": "fake",
        "model_version": "fake-v1",
    }
    return Recipe(**(known | change))  # type: ignore[arg-type]


def leave_behind(root: Path, *recipes: Recipe) -> None:
    """Jobs of a daemon that is dead."""
    library = Library.open(root)
    journal = Journal(library.store, library.folder, library.owner)
    for number, each in enumerate(recipes):
        journal.add(JournalEntry(track_id=f"{number:016x}", recipe=each, priority="normal"))
    library.close()


def assembled(root: Path, wire: Wire) -> Desk:
    return desk.assemble(Config(cache_path=root, nice=0), wire, INFERENCE)


def rows(root: Path) -> list[str]:
    with closing(sqlite3.connect(root / "library.sqlite3")) as connection:
        return [track for (track,) in connection.execute("SELECT track_id FROM job")]


def close(made: Desk) -> None:
    made.runner.stop(1.0)
    made.library.close()


def test_what_cannot_be_done_any_more_is_announced_and_forgotten(
    tmp_path: Path, wire: Wire
) -> None:
    root = tmp_path / "library"
    leave_behind(
        root,
        recipe(backend="gone"),
        recipe(options={"unheard_of": 1}),
        recipe(model_version="fake-v0"),
        recipe(),
    )
    made = assembled(root, wire)
    (job,) = made.runner.snapshot().jobs
    assert job.request.model_version == "fake-v1"
    close(made)
    assert [track for track in rows(root) if track < f"{3:016x}"] == []


def test_one_row_that_cannot_be_read_does_not_cost_the_others(tmp_path: Path, wire: Wire) -> None:
    root = tmp_path / "library"
    leave_behind(root, recipe(), recipe(seed=8))
    with closing(sqlite3.connect(root / "library.sqlite3")) as connection, connection:
        connection.execute("UPDATE job SET recipe = '[' WHERE track_id = ?", (f"{0:016x}",))
    made = assembled(root, wire)
    assert [job.request.seed for job in made.runner.snapshot().jobs] == [8]
    close(made)


def test_a_library_that_cannot_be_written_takes_nothing_over(tmp_path: Path, wire: Wire) -> None:
    root = tmp_path / "file"
    root.write_text("not a folder")
    made = assembled(root, wire)
    assert made.library.closed is not None
    assert made.runner.idle
    close(made)


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The root logger, given back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    yield root
    for handler in root.handlers:
        handler.close()
    root.handlers, root.level = handlers, level


def test_the_log_is_written_and_replaced_before_it_is_large(
    tmp_path: Path, root_logger: logging.Logger
) -> None:
    file = tmp_path / "deep" / "log"
    desk.log_to(Config(log_file=file, log_level="info"))
    line = "x" * 10_000
    for _ in range(300):
        root_logger.info(line)
    assert {each.name for each in file.parent.iterdir()} == {"log", "log.1", "log.2", "log.3"}
    assert all(each.stat().st_size <= desk.LOG_BYTES for each in file.parent.iterdir())


def test_a_log_file_that_cannot_be_is_named_and_does_without(
    tmp_path: Path, root_logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    desk.log_to(Config(log_file=tmp_path / "file" / "log"))
    assert len(root_logger.handlers) == 1
    assert str(tmp_path / "file" / "log") in capsys.readouterr().err
