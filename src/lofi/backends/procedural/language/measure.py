"""Numbers in a prompt: tempo and amounts."""

from lofi.backends.procedural.language.finding import Amount, Tempo
from lofi.backends.procedural.language.line import Line
from lofi.backends.procedural.language.vocabulary import AMOUNTS, Entry

_NOT_A_TEMPO = frozenset(
    {"am", "pm", "oclock", "hz", "khz", "minute", "minutes", "second", "seconds", "hours"}
)
_LINKS = frozenset({"of", "is", "at", "to", "around", "about"})


def tempo(line: Line, at: int) -> tuple[Tempo, int] | None:
    """A tempo that begins here, and how many tokens it takes."""
    return _counted_tempo(line, at) or _announced_tempo(line, at)


def amount(line: Line, at: int) -> tuple[Amount, int] | None:
    """``intensity 70%``, ``70% intensity``, ``density 0.4``, ``rain at 30%``.

    A plain number above one is taken as a percentage.
    """
    share = line.share(at)
    if share is not None:
        found = _quantity(line, at + 1)
        return (Amount(found[0], share, found[1]), 1 + found[2]) if found else None
    found = _quantity(line, at)
    if found is None:
        return None
    name, entry, size = found
    after = at + size
    after += line.word(after) in _LINKS
    value, number = line.share(after), line.number(after)
    if number is not None and entry is None and tempo(line, after) is None:
        value = number / 100 if number > 1 else number
    return (Amount(name, value, entry), after + 1 - at) if value is not None else None


def _counted_tempo(line: Line, at: int) -> tuple[Tempo, int] | None:
    """``72 bpm``, ``70-80 bpm``, ``70 to 80 beats per minute``."""
    first = line.number(at)
    if first is None:
        return None
    after = at + 1
    join = after + (line.word(after) in {"to", "and", "or"})
    second = line.number(join)
    if second is None:
        second = first
    else:
        after = join + 1
    unit = _unit(line, after)
    if not unit:
        return None
    size = after + unit - at
    return Tempo(min(first, second), max(first, second), line.text(at, size)), size


def _unit(line: Line, at: int) -> int:
    """How many tokens say "beats per minute" here."""
    if line.word(at) == "bpm":
        return 1
    return 3 * ([line.word(at + ahead) for ahead in range(3)] == ["beats", "per", "minute"])


def _announced_tempo(line: Line, at: int) -> tuple[Tempo, int] | None:
    """``bpm 72``, ``tempo of 90``, and ``at 72`` where 72 can only be a tempo."""
    named = line.word(at) in {"bpm", "tempo"}
    if not named and line.word(at) not in {"at", "around", "about"}:
        return None
    where = at + 1
    where += named and line.word(where) in _LINKS
    number = line.number(where)
    if number is None or _counted_tempo(line, where):
        return None
    if not named and (line.word(where + 1) in _NOT_A_TEMPO or not 30 <= number <= 250):
        return None
    size = where + 1 - at
    return Tempo(number, number, line.text(at, size)), size


def _quantity(line: Line, at: int) -> tuple[str, Entry | None, int] | None:
    """What an amount can be of: a field of the recipe, or a sound of the room."""
    if line.word(at) in AMOUNTS:
        return line.word(at), None, 1
    found = line.longest(at)
    if found is None or found[0].kind != "ambience":
        return None
    return found[0].name, found[0], found[1]
