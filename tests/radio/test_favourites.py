"""Which favourites suit a programme."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lofi.audiofile import Format, encode
from lofi.library.entry import Entry, NewTrack, Recipe
from lofi.library.shelf import Library
from lofi.radio.favourites import Favourites
from lofi.radio.piece import Origin
from lofi.radio.tuning import composed
from lofi.track import Audio


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library.open(tmp_path)
    yield opened
    opened.close()


def made(
    library: Library, number: int, prompt: str, seconds: int = 20, *, favourite: bool = True
) -> Entry:
    """A track of the composer's by name, though nothing is heard in it."""
    part = library.part()
    encode(Audio(np.zeros((1, 1_000 * seconds), np.float32), 1_000), part, Format.WAV, {})
    recipe = Recipe(
        prompt=prompt, seconds=seconds, seed=number, backend="procedural", model_version="v"
    )
    entry = library.keep(part, NewTrack(id=f"{number:016x}", recipe=recipe, generation_seconds=0.0))
    return library.favorite(entry.id, favourite)


def found(favourites: Favourites, times: int = 10) -> list[str | None]:
    """Their ids, once it has listened to all."""
    for _ in range(times):
        favourites.find()
    return [piece.track_id for piece in favourites.find()]


def test_favourites_of_the_same_mood_are_found_the_longest_unheard_first(library: Library) -> None:
    first, second = made(library, 1, "rainy piano"), made(library, 2, "slow jazz")
    made(library, 3, "lofi house with bells")
    made(library, 4, "rainy jazz", favourite=False)
    made(library, 5, "rainy jazz", seconds=10)
    library.played(first.id)
    assert found(Favourites(library, "rainy jazz")) == [second.id, first.id]


def test_they_come_with_key_and_tempo(library: Library) -> None:
    made(library, 1, "rainy piano")
    (piece,) = Favourites(library, "rainy jazz").find()
    assert piece.origin is Origin.FAVOURITE
    assert piece.tune == composed("rainy piano", 1)
    assert piece.seconds == 20


def test_it_listens_to_one_new_track_at_a_time(library: Library) -> None:
    for number in range(3):
        made(library, number, "rainy piano")
    favourites = Favourites(library, "rainy jazz")
    assert [len(favourites.find()) for _ in range(4)] == [1, 2, 3, 3]


def test_a_library_that_cannot_be_read_has_none(library: Library, tmp_path: Path) -> None:
    made(library, 1, "rainy piano")
    favourites = Favourites(library, "rainy jazz")
    for path in tmp_path.glob("tracks/*.wav"):
        path.unlink()
    assert favourites.find() == ()
