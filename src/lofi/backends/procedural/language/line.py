"""A tokenised prompt that can be looked at from any position; finds nothing by itself."""

import re
from dataclasses import dataclass

from lofi.backends.procedural.language.token import Token
from lofi.backends.procedural.language.vocabulary import Entry, Vocabulary


@dataclass(frozen=True, slots=True)
class Line:
    """The tokens of a prompt, and the vocabulary they are looked up in."""

    tokens: tuple[Token, ...]
    vocabulary: Vocabulary

    def word(self, at: int) -> str:
        """The word at this position; empty behind the end."""
        return self.tokens[at].word if at < len(self.tokens) else ""

    def text(self, at: int, size: int) -> str:
        """So many tokens as they were written."""
        return " ".join(token.text for token in self.tokens[at : at + size])

    def number(self, at: int) -> float | None:
        """The plain number at this position; infinite if it has too many digits."""
        word = self.word(at)
        return float(word) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", word) else None

    def share(self, at: int) -> float | None:
        """The percentage at this position, as a share of one."""
        number = re.fullmatch(r"([0-9.]+)\s?(?:%|percent)", self.word(at))
        return float(number[1]) / 100 if number else None

    def longest(self, at: int) -> tuple[Entry, int] | None:
        """The longest known phrase that begins here, and how many tokens it takes."""
        return self.vocabulary.longest(self.tokens, at)

    def joined(self, at: int, after: int) -> bool:
        """Whether no punctuation stands between two positions, and the second exists."""
        return after < len(self.tokens) and self.tokens[at].clause == self.tokens[after].clause

    def known(self, at: int) -> bool:
        """Whether the word here is a number, filler, or begins a known phrase."""
        word, vocabulary = self.word(at), self.vocabulary
        return (
            word[:1].isdecimal()
            or word in vocabulary.filler | vocabulary.negators
            or self.longest(at) is not None
        )

    def shouting(self) -> bool:
        """Whether everything is in capitals, so that case says nothing."""
        return all(token.text == token.text.upper() for token in self.tokens)
