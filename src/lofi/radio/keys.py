"""Names of keys to tonic and mode, and back."""

from lofi.backends.procedural.language.sentence import parse
from lofi.backends.procedural.recipe import Mode
from lofi.errors import InvalidParams

TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
USUAL = {Mode.IONIAN: "major", Mode.AEOLIAN: "minor"}
"""What people call them."""


def spoken(tonic: int, mode: Mode) -> str:
    """``D minor``, ``F# dorian``."""
    return f"{TONICS[tonic % 12]} {USUAL.get(mode, mode.value)}"


def read_key(text: str) -> tuple[int, Mode | None]:
    """The pitch class of a tonic, 0 = C, and the mode if one is named.

    Raises:
        InvalidParams: it is no key.
    """
    found = parse(f"key of {text}")
    if len(found.keys) != 1 or found.unknown or found.mentions or found.tempos:
        raise InvalidParams(
            f"{text[:40]!r} is not a key", hint="give a note and a mode: D minor, F# dorian, Bb"
        )
    key = found.keys[0]
    return key.tonic, key.mode.modes[0] if key.mode and key.mode.modes else None
