"""Tracks for the radio, made by the real queue with a fake model."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.workshop import SECONDS, Workshop, job
from lofi.backends import registry
from lofi.errors import LofiError
from lofi.jobs.events import Cancelled, Completed
from lofi.radio.piece import Origin, Piece
from lofi.radio.producer import Producer
from lofi.radio.variations import Idea
from lofi.radio.workshop import NEURAL_SECONDS
from lofi.radio.workshop import Workshop as Making


class Editor:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.errors: list[LofiError] = []
        self.held = 0
        self._heard = threading.Condition()

    def made(self, piece: Piece) -> None:
        self._note(lambda: self.pieces.append(piece))

    def failed(self, error: LofiError) -> None:
        self._note(lambda: self.errors.append(error))

    def held_up(self) -> None:
        def count() -> None:
            self.held += 1

        self._note(count)

    def until(self, condition: Callable[[], bool]) -> None:
        with self._heard:
            assert self._heard.wait_for(condition, SECONDS), (self.pieces, self.errors, self.held)

    def _note(self, act: Callable[[], None]) -> None:
        with self._heard:
            act()
            self._heard.notify_all()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    made = Workshop(tmp_path)
    made.runner.start()
    yield made
    made.close()


@pytest.fixture
def editor() -> Editor:
    return Editor()


@pytest.fixture
def producer(shop: Workshop, editor: Editor) -> Producer:
    made = Producer(shop.runner, Making(registry.get("fake"), "fake-v1"), editor)
    shop.runner.listen(made.hear)
    return made


def test_a_good_track_is_told_of_once_it_was_looked_at(
    shop: Workshop, producer: Producer, editor: Editor
) -> None:
    producer.ask(Idea("music please", 5))
    editor.until(lambda: bool(editor.pieces))
    (piece,) = editor.pieces
    assert (piece.origin, piece.prompt, piece.seed) == (Origin.GENERATED, "music please", 5)
    assert piece.seconds == NEURAL_SECONDS
    assert piece.track_id is not None
    assert shop.library.get(piece.track_id).recipe.prompt == "music please"


def test_a_degenerate_take_is_refused_and_stays_in_the_library(
    shop: Workshop, producer: Producer, editor: Editor
) -> None:
    producer.ask(Idea("steady", 5))
    editor.until(lambda: bool(editor.errors))
    assert editor.pieces == []
    assert shop.library.stats()["count"] == 1


def test_a_failure_is_told(producer: Producer, editor: Editor) -> None:
    producer.ask(Idea("raise", 5))
    editor.until(lambda: bool(editor.errors))
    assert "the fake broke" in editor.errors[0].message


def test_it_makes_way_for_somebody_elses_job(
    shop: Workshop, producer: Producer, editor: Editor
) -> None:
    producer.ask(Idea("patient", 5))
    shop.until(lambda: shop.runner.snapshot().running is not None)
    theirs = job("steady")
    shop.runner.submit(theirs)
    editor.until(lambda: editor.held == 1)
    assert isinstance(shop.ended(theirs), Completed)
    assert producer.room


def test_while_others_wait_there_is_no_room(shop: Workshop, producer: Producer) -> None:
    theirs = job("patient")
    shop.runner.submit(theirs)
    assert not producer.room
    shop.runner.cancel(theirs.id)
    shop.ended(theirs)
    shop.until(lambda: producer.room)


def test_what_is_given_up_is_not_told_of(
    shop: Workshop, producer: Producer, editor: Editor
) -> None:
    producer.ask(Idea("patient", 5))
    running = Making(registry.get("fake"), "fake-v1").job(Idea("patient", 5))
    shop.until(lambda: shop.runner.snapshot().running is not None)
    producer.give_up()
    assert isinstance(shop.ended(running), Cancelled)
    producer.ask(Idea("music again", 6))
    editor.until(lambda: bool(editor.pieces))
    assert editor.held == 0
    assert editor.errors == []


def test_its_jobs_are_known_to_be_nobodys(shop: Workshop, producer: Producer) -> None:
    producer.ask(Idea("patient", 5))
    (made,) = shop.runner.snapshot().jobs
    assert made.background
    producer.give_up()
