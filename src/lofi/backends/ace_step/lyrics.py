"""Words to sing, and the tags between them, as the tokens of ACE-Step's lyric vocabulary.

The original cleans every line for its language before it looks tokens up. English is done here as
there, up to whole numbers; other languages in Latin letters as far as no words are needed for it.
Languages that the original writes in Latin letters first are not offered.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lofi.backends.ace_step import numerals
from lofi.errors import InvalidParams, ModelLoadFailed

Tokens = NDArray[np.int64]
"""Shape (1, length)."""

NOTHING, LINE_END, START, ENGLISH = 0, 2, 261, 259
TAGS = {
    "[start]": 6681,
    "[intro]": 6682,
    "[verse]": 6683,
    "[chorus]": 6684,
    "[bridge]": 6685,
    "[outro]": 6686,
    "[end]": 6687,
    "[inst]": 6688,
    "[solo]": 6689,
    "[hook]": 6690,
    "[pre-chorus]": 6691,
    "[break]": 6692,
}
"""Tags that are tokens of their own, known without the vocabulary."""
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "cs", "pl", "tr", "nl", "hu")
"""Those that a line may begin with, in brackets; a line without is English."""
LONGEST = 4096
"""Tokens that the model was trained with."""

_LANGUAGE = re.compile(r"\[([a-z]{2}(?:-[a-z]{2})?)\]")
_ABBREVIATIONS = {
    "mrs": "misess",
    "mr": "mister",
    "dr": "doctor",
    "st": "saint",
    "co": "company",
    "jr": "junior",
    "maj": "major",
    "gen": "general",
    "drs": "doctors",
    "rev": "reverend",
    "lt": "lieutenant",
    "hon": "honorable",
    "sgt": "sergeant",
    "capt": "captain",
    "esq": "esquire",
    "ltd": "limited",
    "col": "colonel",
    "ft": "fort",
}
_SYMBOLS: Mapping[str, str] = {
    "&": " and ",
    "@": " at ",
    "%": " percent ",
    "#": " hash ",
    "$": " dollar ",
    "£": " pound ",
    "°": " degree ",
}


class Lyrics:
    """What a request sings, as tokens."""

    def __init__(self, vocabulary: Path | None) -> None:
        """Use the vocabulary in this file, if there is one.

        Raises:
            ModelLoadFailed: the file cannot be used.
        """
        self._vocabulary: Tokenizer | None = None
        if vocabulary is not None:
            try:
                self._vocabulary = Tokenizer.from_file(str(vocabulary))
            except Exception as error:  # noqa: BLE001 - it raises nothing more precise
                raise ModelLoadFailed(f"cannot load {vocabulary.name}: {error}") from None

    def tokens(self, lyrics: str) -> tuple[Tokens, Tokens]:
        """The tokens of ``lyrics`` and their mask, each of shape (1, length).

        Without any words and tags there is one token, which is masked out: the model may then
        sing what it likes.

        Raises:
            InvalidParams: there are words, and no vocabulary for them; or words in a language
                that is not offered; or too many.
        """
        if not lyrics.strip():
            return np.array([[NOTHING]]), np.array([[0]])
        found = [START]
        for line in lyrics.split("\n"):
            found += [*self._line(line.strip()), LINE_END]
        if len(found) > LONGEST:
            raise InvalidParams(
                f"the lyrics have {len(found)} tokens, {LONGEST} are allowed",
                hint="shorten the lyrics",
            )
        tokens = np.array([found], np.int64)
        return tokens, np.ones_like(tokens)

    def _line(self, line: str) -> list[int]:
        if not line:
            return []
        tag = TAGS.get(line.lower())
        if tag is not None:
            return [ENGLISH, tag]
        if self._vocabulary is None:
            raise InvalidParams(
                "this model cannot sing: it has no lyric_tokenizer.json",
                hint=f"use lyrics of tags alone: {', '.join(TAGS)}",
            )
        written = cleaned(line).replace(" ", "[SPACE]")
        return list(self._vocabulary.encode(written).ids)


def cleaned(line: str) -> str:
    """A line as the model was trained to read it, its language before it in brackets.

    Raises:
        InvalidParams: its language is not offered, or it holds a number that must be spelt out.
    """
    marked = _LANGUAGE.match(line.lower())
    language = "en" if marked is None else marked[1]
    if language not in LANGUAGES:
        raise InvalidParams(
            f"lyrics in [{language}] are not offered", hint=f"one of {', '.join(LANGUAGES)}"
        )
    text = line[marked.end() :] if marked else line
    text = text.replace('"', "")
    if language == "tr":
        text = text.replace("İ", "i")
    text = text.lower()
    if language == "en":
        text = _english(text)
    if re.search(r"\d", text):
        raise InvalidParams(f"lyrics: a number in {line[:80]!r}", hint="write numbers in words")
    return f"[{language}]" + re.sub(r"\s+", " ", text)


def _english(text: str) -> str:
    text = re.sub(r"(?<![\w.,$£€])\d{1,6}(?![\w$£€]|[.,]\d)", _spelt, text)
    for short, word in _ABBREVIATIONS.items():
        text = re.sub(rf"\b{short}\.", word, text)
    for symbol, words in _SYMBOLS.items():
        text = text.replace(symbol, words).replace("  ", " ")
    return text.strip()


def _spelt(found: re.Match[str]) -> str:
    return numerals.cardinal(int(found[0]))
