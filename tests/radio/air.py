"""A player, a queue and a clock that exist on paper only, to drive a director through hours."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from lofi.radio.director import Ask, Decision, Director, GiveUp, Play
from lofi.radio.piece import Origin, Piece, Tune

BAR = 3.2
"""Seconds; where the engine and tracks with a tempo may be left."""


@dataclass
class On:
    """Something that plays, and how far it is."""

    piece: Piece
    position: float = 0.0

    @property
    def left(self) -> float | None:
        """Seconds until its end."""
        return None if self.piece.seconds is None else self.piece.seconds - self.position


@dataclass
class Air:
    """What the mixer would do with what the director decides."""

    director: Director
    now: float = 1000.0
    on: On | None = None
    waiting: Play | None = None
    due: float = 0.0
    """When what waits takes over."""
    asked: list[Ask] = field(default_factory=list)
    given_up: int = 0
    aired: list[Piece] = field(default_factory=list)
    silent: float = 0.0
    """Seconds in which nothing played, after the first sound."""

    def begin(self) -> None:
        self.obey(self.director.begin(self.now))

    def obey(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            match decision:
                case Play():
                    self.waiting = decision
                    self.due = self.now + (self._cut() if decision.at_cut else 0.0)
                case Ask():
                    self.asked.append(decision)
                case GiveUp():
                    self.given_up += 1
        if self.waiting is not None and self.on is None:
            self._take_over()

    def _cut(self) -> float:
        if self.on is None:
            return 0.0
        left = self.on.left
        ahead = -self.on.position % BAR
        return ahead if left is None else min(ahead, max(0.0, left))

    def _take_over(self) -> None:
        assert self.waiting is not None
        self.on = On(self.waiting.piece)
        self.aired.append(self.waiting.piece)
        self.waiting = None
        self.obey(self.director.heard(self.on.piece, self.now))

    def step(self, seconds: float, *, room: bool = True) -> None:
        """Let time pass, then let the director look."""
        self.now += seconds
        if self.on is not None:
            self.on.position += seconds
        if self.waiting is not None and self.now >= self.due:
            self._take_over()
        left = None if self.on is None else self.on.left
        if left is not None and left <= 0:
            self.on = None
            if self.waiting is not None:
                self._take_over()
            else:
                self.obey(self.director.ended(self.now))
        if self.on is None:
            self.silent += seconds
        self.obey(
            self.director.tick(self.now, None if self.on is None else self.on.left, room=room)
        )

    def run(self, seconds: float, *, room: bool = True, step: float = 0.25) -> None:
        """Many steps."""
        for _ in range(round(seconds / step)):
            self.step(step, room=room)

    def deliver(self, seconds: float = 60.0, tune: Tune | None = None) -> Piece:
        """What was asked for last is made."""
        idea = self.asked[-1].idea
        piece = Piece(
            origin=Origin.GENERATED,
            prompt=idea.prompt,
            seed=idea.seed,
            track_id=f"{idea.seed:016x}",
            seconds=seconds,
            tune=tune or Tune(),
        )
        self.obey(self.director.made(piece))
        return piece


def favourite(number: int, seconds: float = 40.0) -> Piece:
    """A favourite track."""
    return Piece(
        origin=Origin.FAVOURITE,
        prompt=f"favourite {number}",
        seed=number,
        track_id=f"f{number:015x}",
        seconds=seconds,
        tune=Tune(key="D minor", bpm=70.0 + number),
    )


def copy(piece: Piece) -> Piece:
    """An equal one that is another."""
    return replace(piece)
