"""Prompts that mean about the same, each with a seed of its own; a plain sequence, no clock."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from lofi.radio.piece import Tune
from lofi.track import PROMPT_LIMIT, SEED_LIMIT

FAMILIES = (
    ("rainy", "drizzly", "wet"),
    ("rain", "drizzle", "rainfall"),
    ("night", "midnight", "late night"),
    ("chill", "mellow", "laid-back"),
    ("calm", "peaceful", "serene"),
    ("cozy", "warm", "snug"),
    ("dreamy", "hazy", "floating"),
    ("sad", "melancholic", "wistful"),
    ("nostalgic", "bittersweet", "wistful"),
    ("happy", "cheerful", "sunny"),
    ("hopeful", "uplifting", "bright"),
    ("slow", "unhurried", "relaxed"),
    ("study", "focus", "concentration"),
    ("sleep", "lullaby", "bedtime"),
    ("cafe", "coffee shop", "coffeehouse"),
    ("rhodes", "electric piano"),
    ("jazz", "jazzy"),
    ("dark", "moody", "noir"),
    ("soft", "gentle", "tender"),
)
"""Words that may stand for one another."""
SHADES = ("", "warm", "gentle", "dusty", "mellow", "soft", "hazy", "intimate")
"""What may be added to a prompt without changing what it asks for."""


class Idea(NamedTuple):
    """What to have made next."""

    prompt: str
    seed: int


class Variations:
    """Never the same idea twice: the seed counts up, the words go round."""

    def __init__(self, prompt: str, seed: int) -> None:
        self.base = prompt
        self._seed = seed
        self._turn = 0
        self._unwanted: set[str] = set()

    def next(self, tune: Tune | None = None, intensity: float | None = None) -> Idea:
        """The next idea.

        Args:
            tune: what it has to agree with.
            intensity: 0 to 1 if the listener said so.
        """
        for _ in range(len(SHADES) * 2):
            prompt = self._worded()
            self._turn += 1
            if prompt not in self._unwanted:
                break
        else:
            prompt = self.base
        self._seed = (self._seed + 1) % SEED_LIMIT
        return Idea(_within(_steered(prompt, tune, intensity), self.base), self._seed)

    def more(self, prompt: str) -> None:
        """What follows shall vary this one."""
        self.base = prompt
        self._turn = 0

    def less(self, prompt: str) -> None:
        """These words are not used again, unless nothing else is left."""
        self._unwanted.add(prompt)

    def _worded(self) -> str:
        """The prompt itself, then with other words, then with a shade more, and so on."""
        shade = SHADES[self._turn % len(SHADES)]
        prompt = _swapped(self.base, self._turn)
        return prompt if not shade or shade in prompt.lower() else f"{prompt}, {shade}"


def _swapped(prompt: str, turn: int) -> str:
    """The prompt with words of its families exchanged; turn 0 leaves it as it is."""
    for family in FAMILIES:
        word = rf"\b{re.escape(family[0])}\b"
        prompt = re.sub(word, family[turn % len(family)], prompt, flags=re.IGNORECASE)
    return prompt


def _steered(prompt: str, tune: Tune | None, intensity: float | None) -> str:
    """What was steered goes first, as the first word on a matter counts."""
    said = [f"{tune.bpm:g} bpm"] if tune and tune.bpm else []
    said += [f"in {tune.key}"] if tune and tune.key else []
    if intensity is not None:
        said.append("sparse" if intensity < 0.35 else "busy" if intensity > 0.7 else "")
    return ", ".join([*(each for each in said if each and each not in prompt), prompt])


def _within(prompt: str, base: str) -> str:
    return prompt if len(prompt) <= PROMPT_LIMIT else base


def alike(prompt: str, others: Iterable[str]) -> bool:
    """Whether a prompt shares a word that means something with any of the others."""
    words = _words(prompt)
    return any(words & _words(other) for other in others)


def _words(prompt: str) -> set[str]:
    found = set(re.findall(r"[^\W\d_]{3,}", prompt.lower())) - _COMMON
    return found | {family[0] for family in FAMILIES if found & set(family)}


_COMMON = frozenset(
    {"lofi", "bpm", "the", "and", "with", "for", "music", "beats", "minor", "major"}
)
