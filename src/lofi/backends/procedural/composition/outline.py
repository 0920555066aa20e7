"""The sections of a song of so many bars: names and lengths, nothing about their content."""

from lofi.backends.procedural.composition.harmony import PHRASE_BARS


def outline(bars: int) -> list[tuple[str, int]]:
    """Names and lengths of the sections before the final chord; lengths add up to ``bars``."""
    if bars < 3:
        return [("full", bars)] if bars else []
    intro = _intro(bars)
    outro = _step(bars, {14: 3, 64: 7})
    body = bars - intro - outro
    parts = [("intro", intro)]
    rounds = max(1, round(body / 44))
    for turn in range(rounds):
        share = _round_share(body, turn, rounds)
        parts += _round(share, first=turn == 0)
    parts.append(("outro", outro))
    return [(name, length) for name, length in parts if length > 0]


def _intro(bars: int) -> int:
    """About a seventh of the piece, ending where a half phrase does if there is room for it."""
    if bars < PHRASE_BARS:
        return 1 + bars // 6
    upbeat, step = (bars + 1) % PHRASE_BARS, 2 if bars < 14 else 4
    ends = range(upbeat - PHRASE_BARS, upbeat + PHRASE_BARS + 1, step)
    return min((end for end in ends if end > 0), key=lambda end: abs(end - min(8.0, 0.14 * bars)))


def _round_share(body: int, turn: int, rounds: int) -> int:
    """Bars of one round: equal numbers of phrases, the leftover bars in the last."""
    equal = body // rounds // PHRASE_BARS * PHRASE_BARS
    return equal if turn < rounds - 1 else body - equal * (rounds - 1)


def _round(bars: int, *, first: bool) -> list[tuple[str, int]]:
    """Build up, play out, break off and return, in ``bars`` bars."""
    build = _step(bars, {6: 2, 14: 4, 28: 8})
    pause = _step(bars, {4: 1, 10: 2, 18: 4, 40: 8})
    unit = 4 if bars >= 12 else 1
    again = max(1, round(0.34 * (bars - pause) / unit) * unit) if pause else 0
    name = "build" if first else "verse"
    full = bars - build - pause - again
    return [(name, build), ("full", full), ("break", pause), ("return", again)]


def _step(bars: int, sizes: dict[int, int]) -> int:
    """The size for the largest threshold that ``bars`` reaches, 0 below them all."""
    return max((size for threshold, size in sizes.items() if bars >= threshold), default=0)
