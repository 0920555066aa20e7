"""Keys and note names."""

import pytest

from lofi.backends.procedural.composition.scale import Key
from lofi.backends.procedural.recipe import Mode

WHITE_KEYS = {0, 2, 4, 5, 7, 9, 11}


@pytest.mark.parametrize(
    ("tonic", "mode"),
    [
        (0, Mode.IONIAN),
        (2, Mode.DORIAN),
        (4, Mode.PHRYGIAN),
        (5, Mode.LYDIAN),
        (7, Mode.MIXOLYDIAN),
        (9, Mode.AEOLIAN),
    ],
)
def test_each_mode_is_found_on_the_white_keys(tonic: int, mode: Mode) -> None:
    assert set(Key(tonic, mode).scale) == WHITE_KEYS
    assert set(Key(tonic + 1, mode).scale) != WHITE_KEYS


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("tonic", range(12))
def test_the_pentatonic_core_lies_in_the_scale(tonic: int, mode: Mode) -> None:
    key = Key(tonic, mode)
    assert key.scale[0] == tonic
    assert len(set(key.pentatonic) & set(key.scale)) == 5


def test_a_ladder_holds_every_scale_note_between_its_ends() -> None:
    assert Key(0, Mode.IONIAN).ladder(59, 67).tolist() == [59, 60, 62, 64, 65, 67]


@pytest.mark.parametrize(
    ("key", "pitch_class", "name"),
    [
        (Key(9, Mode.DORIAN), 6, "F#"),
        (Key(9, Mode.LYDIAN), 8, "G#"),
        (Key(5, Mode.IONIAN), 10, "Bb"),
        (Key(0, Mode.AEOLIAN), 3, "Eb"),
        (Key(9, Mode.DORIAN), 10, "Bb"),
    ],
)
def test_notes_are_spelled_by_the_key_signature_and_flat_outside_it(
    key: Key, pitch_class: int, name: str
) -> None:
    assert key.spell(pitch_class) == name
