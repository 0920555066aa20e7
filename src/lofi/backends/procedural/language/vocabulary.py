"""The words that mean something to the composer, and what they do; knows no prompt, no seed."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from lofi import catalogue
from lofi.backends.procedural.language.token import Token, tokens
from lofi.backends.procedural.recipe import Ambience, Instrument, Kit, Mode, Part

AMOUNTS = (
    "swing",
    "intensity",
    "density",
    "spice",
    "brightness",
    "reverb",
    "tape",
    "duck",
    "crush",
)
"""The fields of a recipe that words push up and down."""

_WORD_LISTS = ("filler", "negators", "strong", "weak")
_ENDINGS = (
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("y", ""),
    ("y", "e"),
    ("ly", ""),
    ("ish", ""),
    ("ing", ""),
    ("ing", "e"),
)

Nudge = Annotated[float, Field(ge=-1, le=1)]


class Entry(BaseModel):
    """One meaning, and what it does. The file it comes from explains the fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: str
    name: str
    words: tuple[str, ...] = ()
    plays: Instrument | None = None
    roles: tuple[Part, ...] = ()
    kit: Kit | None = None
    sleigh_bells: bool = False
    part: Part | None = None
    leaves_out: frozenset[Part] = frozenset()
    bans: frozenset[Instrument] = frozenset()
    ambience: Mapping[Ambience, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)
    modes: tuple[Mode, ...] = ()
    tempo: tuple[float, float] | None = None
    pace: float = 0.0
    swing: Nudge = 0.0
    intensity: Nudge = 0.0
    density: Nudge = 0.0
    spice: Nudge = 0.0
    brightness: Nudge = 0.0
    reverb: Nudge = 0.0
    tape: Nudge = 0.0
    duck: Nudge = 0.0
    crush: Nudge = 0.0
    remark: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Kind and name, which no two entries share."""
        return self.kind, self.name


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every phrase that is understood."""

    phrases: Mapping[tuple[str, ...], Entry]
    filler: frozenset[str]
    """Words that carry no music: they are passed over."""
    negators: frozenset[str]
    strong: frozenset[str]
    """Words that make a sound of the room louder: "heavy" rain."""
    weak: frozenset[str]
    reach: int
    """Words in the longest phrase."""

    def longest(self, tokens: Sequence[Token], at: int) -> tuple[Entry, int] | None:
        """The longest phrase that begins here, and how many tokens it takes."""
        clause = tokens[at].clause if at < len(tokens) else -1
        words = [token.word for token in tokens[at : at + self.reach] if token.clause == clause]
        for size in range(len(words), 0, -1):
            entry = self._entry(words[:size])
            if entry is not None:
                return entry, size
        return None

    def _entry(self, words: Sequence[str]) -> Entry | None:
        entry = self.phrases.get(tuple(words))
        if entry is not None or (len(words) == 1 and words[0] in self.filler):
            return entry
        stems = (self.phrases.get((*words[:-1], stem)) for stem in _stems(words[-1]))
        return next((found for found in stems if found is not None), None)


@cache
def vocabulary() -> Vocabulary:
    """The one that comes with the program."""
    return built(Path(__file__).with_name("vocabulary.toml").read_text(encoding="utf-8"))


def built(text: str) -> Vocabulary:
    """A vocabulary file, with the names and ids of all styles.

    Raises:
        ValueError: the file gives one phrase two meanings, or an entry a field that it cannot have.
    """
    tables = tomllib.loads(text)
    lists = {key: frozenset(tables.pop(key).split()) for key in _WORD_LISTS}
    phrases: dict[tuple[str, ...], Entry] = {}
    for entry in _entries(tables):
        for phrase in (entry.name, *entry.words):
            words = tuple(token.word for token in tokens(phrase))
            if phrases.setdefault(words, entry).key != entry.key:
                raise ValueError(f"{phrase!r} means {phrases[words].key} and {entry.key}")
    reach = max(map(len, phrases))
    return Vocabulary(phrases=MappingProxyType(phrases), reach=reach, **lists)


def _entries(tables: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[Entry]:
    for kind, entries in tables.items():
        for name, fields in entries.items():
            if kind != "style":
                yield Entry.model_validate({"kind": kind, "name": name, **fields})
    for style in catalogue.load().values():
        fields = tables["style"].get(style.id, {})
        words = [style.name, *fields.get("words", ())]
        yield Entry.model_validate({**fields, "kind": "style", "name": style.id, "words": words})


def _stems(word: str) -> Iterator[str]:
    """What an English ending may have been put on: rain-y, fog-g-y, bell-s, danc-ing."""
    for ending, instead in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            yield stem + instead
            if stem[-1] == stem[-2] and not instead:
                yield stem[:-1]
