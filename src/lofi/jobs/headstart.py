"""When a track that is being made may begin to play, so that playing never runs dry."""

from collections import deque
from typing import NamedTuple

PIECE_SECONDS = 5.0
"""What a piece may grow to: backends begin with short ones, to be heard soon."""
RECENT_SECONDS = 5.0
"""How much sound the speed is measured on."""
MEMORY_SECONDS = 30.0
"""How much sound a model looks back on; until there is as much, its steps get slower."""
SLOWING = 0.75
"""How much longer a second of sound may come to take, on average over the rest: enough where it
takes 2.6 times as long at the end as at first. MusicGen on a processor was measured at 1.5 to 2.6,
and only its published 4-bit file, which nothing here uses, at 4.3."""
ALIKE = 1.001
"""Pieces that differ by less are of one length."""
MARGIN_SECONDS = 0.5
"""For what nobody can foresee."""


class _Mark(NamedTuple):
    at: float
    sound: float


class HeadStart:
    """Learns from the pieces of a track how soon the rest will follow.

    Of a track of T seconds, s are final; the rest R = T - s comes in pieces of at most G seconds,
    and each second of it takes at most c seconds of work. Then ``x`` more seconds are there after
    at most ``x c``, and whoever begins to play in ``w`` seconds needs them when all but their last
    piece, ``s + x - G``, has been played. It never runs dry if ``x c <= w + s + x - G`` for
    every x from G to R; this is linear in x, so the ends tell:

        w = max(G c, R (c - 1) + G) + margin - s, at least 0; and 0 when R = 0.

    At a steady speed r = 1 / c < 1 this is to begin once T (1 - r) + (G + margin) r seconds are
    there; at r >= 1, once (G + margin r) / r are, which the first piece is on a fast machine.

    What is not known is taken from what was seen. G is the longest piece so far, and while each
    is longer than all before, no less than ``PIECE_SECONDS``. c is what the last
    ``RECENT_SECONDS`` of sound took, made worse by ``1 + SLOWING (1 - s / MEMORY_SECONDS)``, as
    generation gets slower while the model has more to look back on.
    """

    def __init__(self, length: float, began: float) -> None:
        """Begin.

        Args:
            length: of the track in seconds.
            began: when computing began, in seconds of any clock.
        """
        self._length = length
        self._marks = deque([_Mark(began, 0.0)])
        """When how much was there; as far back as the speed is measured, the newest last."""
        self._longest = 0.0
        self._longer = True
        """Whether each piece was longer than all before."""
        self.begins = float("inf")
        """When playing may begin, by the same clock; unknown before the first piece."""

    @property
    def speed(self) -> float:
        """Seconds of sound made in one of work, at present; 0 before the first piece."""
        first, last = self._marks[0], self._marks[-1]
        work = max(last.at - first.at, 1e-9)
        return (last.sound - first.sound) / work

    def take(self, at: float, sound: float) -> None:
        """Note that ``sound`` seconds from the beginning are final; once begun stays begun."""
        piece = sound - self._marks[-1].sound
        if piece <= 0:
            return
        self._longer = piece > ALIKE * self._longest
        self._longest = max(self._longest, piece)
        self._marks.append(_Mark(at, sound))
        while self._marks[1].sound <= sound - RECENT_SECONDS:
            self._marks.popleft()
        if at < self.begins:
            self.begins = at + self._wait()

    def starts_in(self, at: float) -> float:
        """Seconds until playing may begin; 0 when it may."""
        return max(0.0, self.begins - at)

    def _wait(self) -> float:
        sound = self._marks[-1].sound
        rest = self._length - sound
        if rest <= 0:
            return 0.0
        slowing = 1 + SLOWING * max(0.0, 1 - sound / MEMORY_SECONDS)
        cost = slowing / self.speed
        piece = max(self._longest, PIECE_SECONDS) if self._longer else self._longest
        piece = min(piece, rest)
        needed = max(piece * cost, rest * (cost - 1) + piece)
        return max(0.0, needed + MARGIN_SECONDS - sound)
