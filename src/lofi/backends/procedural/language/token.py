"""Text as words and numbers; knows no meaning."""

import re
import unicodedata
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?<![^\W_]) lo[-\s]?fi (?![^\W_])                                # one word, however written
    | (?<![^\W_]) [A-G][#♯♭] (?:min|maj|m)? (?![^\W_])                 # F#, B♭m
    | [0-9]+ (?:\.[0-9]+)? (?: \s? (?: % | percent\b ) )?
    | (?: [^\W\d_] | [^\x00-\xbf\s\u2000-\u206f\u3000-\u303f] )+       # marks and emoji included
      (?: ['\u2019] [^\W\d_]+ )*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CLAUSE_END = frozenset(',.;:!?()[]{}|"\n\r\u3001\u3002\uff0c')


@dataclass(frozen=True, slots=True)
class Token:
    """One word or number of a text."""

    text: str
    """As it was written."""
    word: str
    """In lower case, without accents and possessive."""
    clause: int
    """Counts the punctuation marks before it; a phrase does not reach across one."""


def tokens(text: str) -> tuple[Token, ...]:
    """The text as words and numbers; what lies between them only ends clauses."""
    text = unicodedata.normalize("NFC", text)
    found, clause, end = [], 0, 0
    for match in _TOKEN.finditer(text):
        clause += not _CLAUSE_END.isdisjoint(text[end : match.start()])
        end = match.end()
        found.append(Token(match[0], _normal(match[0]), clause))
    return tuple(found)


def _normal(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    plain = plain.replace("\u2019", "'").removesuffix("'s").replace("'", "")
    return "lofi" if re.fullmatch(r"lo[-\s]?fi", plain) else plain
