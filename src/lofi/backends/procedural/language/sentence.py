"""A prompt taken apart: tempo, key, amounts, known words, and what is left. Decides no music."""

from lofi.backends.procedural.language.finding import Finding, Mention, Sentence
from lofi.backends.procedural.language.key import key
from lofi.backends.procedural.language.line import Line
from lofi.backends.procedural.language.measure import amount, tempo
from lofi.backends.procedural.language.token import tokens
from lofi.backends.procedural.language.vocabulary import vocabulary
from lofi.backends.procedural.recipe import Part

_ROLE_AFTER = {
    "lead": Part.LEAD,
    "melody": Part.LEAD,
    "solo": Part.LEAD,
    "chords": Part.CHORDS,
    "comping": Part.CHORDS,
}
_AMBIGUOUS_MODES = frozenset({"major", "minor", "maj", "min", "dominant"})
_LOUDER, _SOFTER = 1.5, 0.5


def parse(text: str) -> Sentence:
    """Take the text apart; every word ends up in a finding, among the unknown, or is filler."""
    line = Line(tokens(text), vocabulary())
    sentence, at, negator = Sentence(), 0, ""
    while at < len(line.tokens):
        finding, size = _finding(line, at, negated=bool(negator))
        word = line.word(at)
        if finding is not None:
            sentence.add(finding)
            negator = negator if _carries_on(line, at + size, negator) else ""
        elif word in line.vocabulary.negators:
            negator = word
        elif word not in line.vocabulary.filler:
            sentence.unknown.append(line.text(at, 1))
            negator = ""
        at += size
    return sentence


def _carries_on(line: Line, at: int, negator: str) -> bool:
    """Whether a "no" reaches over the next word: no drums or bass, without drums and bass."""
    return line.word(at) in {"or", "nor"} or (line.word(at) == "and" and negator == "without")


def _finding(line: Line, at: int, *, negated: bool) -> tuple[Finding | None, int]:
    for reader in (tempo, key, amount):
        found: tuple[Finding, int] | None = reader(line, at)
        if found is not None:
            return found
    return _announced(line, at, negated=negated) or _mention(line, at, negated=negated) or (None, 1)


def _mention(line: Line, at: int, *, negated: bool) -> tuple[Mention, int] | None:
    found = line.longest(at)
    if found is None:
        return None
    entry, size = found
    after = at + size
    if size == 1 and line.word(at) in _AMBIGUOUS_MODES:
        # "a minor problem" says nothing about the key.
        foreign = line.joined(at, after) and not line.known(after)
        return None if foreign else (Mention(entry, negated), size)
    role = _ROLE_AFTER.get(line.word(after)) if line.joined(at, after) else None
    if entry.plays is None or role is None or Part.BASS in entry.roles:
        return Mention(entry, negated), size
    return Mention(entry, negated, role), size + 1


def _announced(line: Line, at: int, *, negated: bool) -> tuple[Mention, int] | None:
    """A word that bears on the one after it: "lead" guitar, "solo" piano, "heavy" rain."""
    word, whole, found = line.word(at), line.longest(at), line.longest(at + 1)
    if found is None or not line.joined(at, at + 1) or (whole is not None and whole[1] > 1):
        return None
    entry, size = found
    if entry.plays is not None and word == "lead":
        return Mention(entry, negated, role=Part.LEAD), size + 1
    if entry.plays is not None and word in {"solo", "only"}:
        return Mention(entry, negated, alone=True), size + 1
    if entry.kind == "ambience" and word in line.vocabulary.strong | line.vocabulary.weak:
        strength = _LOUDER if word in line.vocabulary.strong else _SOFTER
        return Mention(entry, negated, strength=strength), size + 1
    return None
