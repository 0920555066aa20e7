"""The focus timer: work and breaks in turn. Told the time, it has no clock of its own."""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """What the time is for."""

    FOCUS = "focus"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a timer stands."""

    phase: Phase
    remaining: float
    """Seconds until the other phase."""
    round: int
    """Which stretch of work this is, or belongs to, from 1."""


class Timer:
    """Focus and break without end; the first focus begins with it."""

    def __init__(self, focus: float, rest: float, now: float) -> None:
        """Begin.

        Args:
            focus: seconds of work at a time, above 0.
            rest: seconds of a break, above 0.
            now: seconds by a clock that does not jump.
        """
        self.focus = focus
        self.rest = rest
        self._began = now
        self._told = self.standing(now)

    def standing(self, now: float) -> Standing:
        """How far it is."""
        rounds, within = divmod(max(0.0, now - self._began), self.focus + self.rest)
        if within < self.focus:
            return Standing(Phase.FOCUS, self.focus - within, int(rounds) + 1)
        return Standing(Phase.BREAK, self.focus + self.rest - within, int(rounds) + 1)

    def turned(self, now: float) -> Standing | None:
        """The phase that has begun since the last call, if one has.

        After a machine has slept through several, only the one that counts now is told.
        """
        standing = self.standing(now)
        told, self._told = self._told, standing
        changed = (standing.phase, standing.round) != (told.phase, told.round)
        return standing if changed else None
