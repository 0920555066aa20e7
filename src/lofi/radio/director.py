"""The programme director: what is played next, and what is made meanwhile.

A state machine: events go in, decisions come out. It knows no clock, thread, sound, queue or
library; whoever drives it tells the time, and carries out what it decides. While it is told of
every end in time, something always plays: the engine is at hand whenever nothing else is.
"""

from collections import deque
from dataclasses import dataclass, replace
from typing import NamedTuple

from lofi.radio.piece import Origin, Piece, Tune
from lofi.radio.variations import Idea, Variations


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How the programme is made; all but the counts in seconds."""

    join_fade: float = 6.0
    """From one piece to the next."""
    skip_fade: float = 0.8
    """To what the listener asked for."""
    bar: float = 6.0
    """No bar is longer."""
    engine_least: float = 20.0
    """For the engine to be heard before a track takes over, so that it is no mere flicker."""
    steer_rest: float = 5.0
    """After the listener has steered, before more is made."""
    arrival: float = 20.0
    """For a piece to be heard after it was put on, or something is wrong with it."""
    back_off: float = 5.0
    """After a failure; twice as much after each that follows."""
    back_off_most: float = 300.0
    ahead: int = 2
    """Tracks that may lie ready."""
    recent: int = 12
    """Pieces within which none is repeated."""
    history: int = 50


class Play(NamedTuple):
    """Put a piece on."""

    piece: Piece
    fade: float
    """Seconds."""
    at_cut: bool
    """Whether to wait for the next line of a bar of what plays."""


class Ask(NamedTuple):
    """Have a track made."""

    idea: Idea


class GiveUp(NamedTuple):
    """What is being made is not wanted any more."""


Decision = Play | Ask | GiveUp


class Director:
    """One programme, from its beginning on."""

    def __init__(self, prompt: str, seed: int, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self.variations = Variations(prompt, seed)
        self.steered = Tune()
        """Key and tempo that the listener asked for."""
        self.intensity: float | None = None
        """The same."""
        self.engine_only = False
        """Whether something is wanted that only the engine can do."""
        self.on_air: Piece | None = None
        self.making = False
        self._prompt = prompt
        self._seed = seed
        self._engines = 0
        self._coming: Piece | None = None
        self._coming_since = 0.0
        self._aired_at = 0.0
        self._ready: deque[Piece] = deque()
        self._favourites: tuple[Piece, ...] = ()
        self._recent: deque[str] = deque(maxlen=self.policy.recent)
        self._history: deque[Piece] = deque(maxlen=self.policy.history)
        self._banned: set[str] = set()
        self._failures = 0
        self._ask_from = 0.0
        self._going_back = False

    @property
    def next_ready(self) -> bool:
        """Whether a track waits for its turn."""
        return bool(self._ready)

    @property
    def coming(self) -> Piece | None:
        """What was put on and is not heard yet."""
        return self._coming

    def begin(self, now: float) -> list[Decision]:
        """Start with the engine, at once."""
        return self._put_on(self._engine(Tune()), now, self.policy.skip_fade, at_cut=False)

    def tick(self, now: float, left: float | None, *, room: bool) -> list[Decision]:
        """Look at how things stand; to be called a few times a second.

        Args:
            now: seconds by any clock that does not jump.
            left: seconds until what is heard ends; None if it does not end.
            room: whether the queue has nothing else to do.
        """
        decisions: list[Decision] = []
        if self._coming is not None and now - self._coming_since > self.policy.arrival:
            decisions += self.broken(self._coming, now)
        if self._coming is None and self._due(now, left):
            decisions += self._follow(now, self._fade(left))
        return decisions + self._wish(now, room)

    def heard(self, piece: Piece, now: float) -> list[Decision]:
        """A piece that was put on is heard now."""
        if self.on_air is not None and not self._going_back:
            self._history.append(self.on_air)
        self._going_back = False
        self.on_air, self._aired_at = piece, now
        if self._coming is piece:
            self._coming = None
        if piece.track_id is not None:
            self._recent.append(piece.track_id)
        return []

    def resumed(self, now: float) -> list[Decision]:
        """Time has passed in which nothing could be heard."""
        self._coming_since = now
        return []

    def ended(self, now: float) -> list[Decision]:
        """What was heard has come to its end, or broke off, and nothing was put on in time."""
        if self._coming is not None:
            return []
        return self._follow(now, 0.0)

    def broken(self, piece: Piece, now: float) -> list[Decision]:
        """A piece that was put on cannot be played."""
        if piece.track_id is not None:
            self._banned.add(piece.track_id)
        if piece is not self._coming:
            return []
        self._coming = None
        return self._put_on(self._engine(self._tune()), now, self.policy.skip_fade, at_cut=False)

    def made(self, piece: Piece) -> list[Decision]:
        """What was asked for is there, and fit to be heard."""
        self.making = False
        self._failures = 0
        if piece.track_id not in self._recent and piece.track_id not in self._banned:
            self._ready.append(piece)
        return []

    def failed(self, now: float) -> list[Decision]:
        """What was asked for could not be made, or is not fit to be heard."""
        self.making = False
        wait = self.policy.back_off * 2**self._failures
        self._failures = min(self._failures + 1, 16)
        self._ask_from = now + min(wait, self.policy.back_off_most)
        return []

    def held_up(self, now: float) -> list[Decision]:
        """What was asked for found no room, or was given up: later again, nobody is to blame."""
        self.making = False
        self._ask_from = max(self._ask_from, now + self.policy.back_off)
        return []

    def favourites(self, pieces: tuple[Piece, ...]) -> None:
        """The listener's favourites that suit this programme."""
        self._favourites = pieces

    def skip(self, now: float) -> list[Decision]:
        """On to something else, at once."""
        return self._put_on(self._other(), now, self.policy.skip_fade, at_cut=False)

    def back(self, now: float) -> list[Decision]:
        """To what was heard before, or to the beginning of this."""
        piece = self._history.pop() if self._history else self.on_air
        if piece is None:
            return []
        left = self.on_air
        if left is not None and left.origin is Origin.GENERATED and left is not piece:
            self._ready.appendleft(left)  # where ``skip`` finds it again
        decisions = self._put_on(piece, now, self.policy.skip_fade, at_cut=False)
        self._going_back = True
        return decisions

    def more(self) -> list[Decision]:
        """What is made from now on shall be like this."""
        if self.on_air is not None:
            self.variations.more(self.on_air.prompt)
            self._prompt = self.on_air.prompt
        return []

    def less(self, now: float) -> list[Decision]:
        """Not this again, nor anything like it; and on to something else."""
        piece = self.on_air
        if piece is None:
            return []
        if piece.track_id is not None:
            self._banned.add(piece.track_id)
        self.variations.less(piece.prompt)
        return self.skip(now)

    def steer(
        self, now: float, tune: Tune, intensity: float | None, *, engine_only: bool
    ) -> list[Decision]:
        """The listener takes the wheel, which only the engine obeys at once.

        What was made for another course is put aside; it stays in the library.
        """
        self.steered = tune.over(self.steered)
        self.intensity = intensity if intensity is not None else self.intensity
        self.engine_only = engine_only
        decisions: list[Decision] = [GiveUp()] if self.making else []
        self.making = False
        self._ready.clear()
        self._ask_from = max(self._ask_from, now + self.policy.steer_rest)
        self._aired_at = now
        playing = self._coming or self.on_air
        if playing is not None and not playing.endless:
            engine = self._engine(self._tune())
            musical = tune != Tune()
            decisions += self._put_on(engine, now, self.policy.skip_fade, at_cut=musical)
        return decisions

    def _due(self, now: float, left: float | None) -> bool:
        """Whether it is time for the next piece."""
        if self.on_air is None or self.on_air.endless:
            waited = now - self._aired_at >= self.policy.engine_least
            return waited and bool(self._ready) and not self.engine_only
        return left is not None and left <= self.policy.join_fade + self.policy.bar

    def _fade(self, left: float | None) -> float:
        return self.policy.join_fade if left is None else min(self.policy.join_fade, left)

    def _follow(self, now: float, fade: float) -> list[Decision]:
        """The next in the course of things: what is ready, a favourite, or the engine."""
        return self._put_on(self._next() or self._engine(self._tune()), now, fade, at_cut=True)

    def _next(self) -> Piece | None:
        if self.engine_only:
            return None
        return self._ready.popleft() if self._ready else self._favourite()

    def _other(self) -> Piece:
        return self._next() or self._engine(self.steered)

    def _favourite(self) -> Piece | None:
        """The one that was not heard for longest, or not at all."""
        shunned = self._banned.union(self._recent)
        return next((each for each in self._favourites if each.track_id not in shunned), None)

    def _engine(self, tune: Tune) -> Piece:
        """A new piece of the engine, in the given key and tempo."""
        self._engines += 1
        return Piece(
            origin=Origin.ENGINE,
            prompt=self._prompt,
            seed=(self._seed + self._engines - 1) % 2**32,
            tune=self.steered.over(tune),
        )

    def _tune(self) -> Tune:
        return self.on_air.tune if self.on_air is not None else Tune()

    def _put_on(self, piece: Piece, now: float, fade: float, *, at_cut: bool) -> list[Decision]:
        if piece is self.on_air:  # once more from its beginning
            piece = replace(piece)
        self._coming, self._coming_since = piece, now
        self._going_back = False
        return [Play(piece, fade, at_cut)]

    def _wish(self, now: float, room: bool) -> list[Decision]:
        """What to have made, if anything."""
        enough = len(self._ready) >= self.policy.ahead
        if self.making or enough or not room or self.engine_only or now < self._ask_from:
            return []
        self.making = True
        return [Ask(self.variations.next(self.steered, self.intensity))]
