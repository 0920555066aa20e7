"""Keys in a prompt, and the words that only look like one: "a rainy night", "am", "in"."""

import re

from lofi.backends.procedural.language.finding import Key
from lofi.backends.procedural.language.line import Line
from lofi.backends.procedural.language.vocabulary import Entry

_SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "sharp": 1, "b": -1, "♭": -1, "flat": -1}
_NOTE = re.compile(r"([A-Ga-g])([#♯♭b]?)(m|min|maj)?")

_NOUNS = frozenset(
    {"mood", "moods", "feel", "vibe", "song", "tune", "track", "piece", "thing", "sound", "chord"}
)
"""What "a minor" may describe; after a key they make no sense."""


def key(line: Line, at: int) -> tuple[Key, int] | None:
    """``in D minor``, ``F# dorian``, ``key of A``, ``Bbm``; and how many tokens it takes."""
    lead = _lead(line, at)
    where = at + lead
    note = _NOTE.fullmatch(line.text(where, 1))
    if note is None:
        return None
    accidental, after = note[2], where + 1
    if not note[2] and not note[3] and line.word(after) in {"sharp", "flat"}:
        accidental, after = line.word(after), after + 1
    mode, size = _mode(line, after, note[3])
    after += size
    certain = line.word(at) == "key"
    if note[0] in {"a", "A"} and not accidental and not certain and _article(line, where, size):
        return None
    if not certain and not _written_as_key(line, note, mode, lead, after):
        return None
    tonic = (_SEMITONES[note[1].lower()] + _ACCIDENTALS[accidental]) % 12
    return Key(tonic, mode, line.text(where, after - where)), after - at


def _lead(line: Line, at: int) -> int:
    """How many words announce a key here."""
    if line.word(at) == "key":
        return 2 if line.word(at + 1) in {"of", "is"} else 1
    return 1 if line.word(at) == "in" else 0


def _mode(line: Line, at: int, suffix: str | None) -> tuple[Entry | None, int]:
    if suffix:
        return line.vocabulary.phrases[("major" if suffix == "maj" else "minor",)], 0
    found = line.longest(at)
    return found if found is not None and found[0].kind == "mode" else (None, 0)


def _article(line: Line, at: int, mode_size: int) -> bool:
    """Whether a lone letter A is no note: "a minor problem", "in a cafe", "a minor key"."""
    if line.text(at, 1) == "A" and at > 0 and not line.shouting():
        return False
    after = at + 1 + mode_size
    if mode_size == 0:
        return line.joined(at, after)
    follows = line.joined(at, after)
    foreign = follows and (line.word(after) in _NOUNS or not line.known(after))
    return mode_size > 1 or foreign


def _written_as_key(
    line: Line, note: re.Match[str], mode: Entry | None, lead: int, after: int
) -> bool:
    """Whether letters that might be a word ("am", "be") are written or placed as a key is."""
    capital = note[1].isupper()
    if note[2] in {"#", "♯", "♭"}:
        return True
    if note[2] or note[3]:
        return capital or bool(lead) or (mode is not None and not note[3])
    if mode is not None or line.word(after - 1) in {"sharp", "flat"}:
        return True
    return bool(lead) and (capital or after == len(line.tokens))
