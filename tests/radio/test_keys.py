"""Keys by name."""

import pytest

from lofi.backends.procedural.recipe import Mode
from lofi.errors import InvalidParams
from lofi.radio.keys import read_key, spoken


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("D minor", (2, Mode.AEOLIAN)),
        ("F# dorian", (6, Mode.DORIAN)),
        ("Bb", (10, None)),
        ("c major", (0, Mode.IONIAN)),
        ("Am", (9, Mode.AEOLIAN)),
    ],
)
def test_a_key_is_read_as_people_write_it(text: str, key: tuple[int, Mode | None]) -> None:
    assert read_key(text) == key


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("tonic", range(12))
def test_what_is_spoken_can_be_read(tonic: int, mode: Mode) -> None:
    assert read_key(spoken(tonic, mode)) == (tonic, mode)


@pytest.mark.parametrize("text", ["", "H", "rain", "D minor rhodes", "84 bpm", "loud"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidParams) as refused:
        read_key(text)
    assert "D minor" in refused.value.hint
