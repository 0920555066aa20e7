"""Everyone in turn, in an order that changes every round: what disturbs, disturbs all alike."""

import random
import time
from collections.abc import Callable, Sequence

from scripts.benches import _machine as machine
from scripts.benches.musicgen import tools
from scripts.benches.musicgen.figures import Figures
from scripts.benches.musicgen.racer import Entrant, Racer
from scripts.benches.musicgen.wire import Json

STILL = 0.15
"""Seconds of watching, and cores in use by then, that count as a quiet machine."""
DISTURBED = 0.2
"""Cores that others may use in a window that counts, as long as there is patience."""
WARM = 3
"""Steps before the first window at a position."""


class Race:
    """Holds the processes and gathers what they measure."""

    def __init__(self, patience: float) -> None:
        """Begin with nobody.

        Args:
            patience: seconds to wait, in all, for others to leave the machine alone.
        """
        self.figures: dict[str, Figures] = {}
        self.absent: dict[str, str] = {}
        self._racers: dict[str, Racer] = {}
        self._patience = patience
        self._random = random.Random(0)  # noqa: S311 - not a secret

    def enter(self, entrant: Entrant) -> None:
        """Start a process, or note that it cannot take part."""
        try:
            racer = Racer(entrant)
        except tools.Absent as absent:
            self.absent[entrant.name] = str(absent)
            return
        self._racers[entrant.name] = racer
        self.figures[entrant.name] = Figures(entrant, racer.ready)

    def tracks(self, seconds: int, times: int, skipped: Callable[[Entrant], bool]) -> None:
        """Whole tracks of so many seconds."""
        for number in range(times):
            for name in self._shuffled():
                if skipped(self._racers[name].entrant):
                    continue
                answer = self._ask(name, do="track", seconds=seconds)
                if answer is not None:
                    self.figures[name].tracks.setdefault(seconds, []).append(answer)
                    factor = answer["wall"] / seconds
                    tools.say(f"{seconds} s, track {number + 1}, {name}: {factor:.2f} of real time")

    def steps(self, position: int, rounds: int, count: int) -> None:
        """Windows of so many steps, around a position."""
        begin = max(0, position - rounds * count // 2 - WARM)
        for name in self._shuffled():
            if self._ask(name, do="at", position=begin) is not None:
                self._ask(name, do="steps", count=WARM)
        for _ in range(rounds):
            for name in self._shuffled():
                answer = self._undisturbed(name, do="steps", count=count)
                if answer is not None:
                    self.figures[name].windows.setdefault(position, []).append(answer)
        tools.say(f"{rounds} rounds of {count} steps around position {position}")

    def close(self) -> None:
        """Let everyone go."""
        for racer in self._racers.values():
            racer.close()
        self._racers.clear()

    def _shuffled(self) -> Sequence[str]:
        return self._random.sample(list(self._racers), len(self._racers))

    def _ask(self, name: str, **command: object) -> Json | None:
        """What a racer answers; None, and it takes part no more, if it has died."""
        racer = self._racers.get(name)
        if racer is None:
            return None
        try:
            return racer.ask(**command)
        except tools.Absent as absent:
            self.absent[name] = str(absent)
            del self._racers[name]
            racer.close()
            return None

    def _undisturbed(self, name: str, **command: object) -> Json | None:
        while True:
            self._wait()
            answer = self._ask(name, **command)
            if answer is None or self._patience <= 0:
                return answer
            if not (answer["foreign"] or 0.0) > DISTURBED:
                return answer
            self._patience -= answer["took"]

    def _wait(self) -> None:
        """Until the machine is quiet, or patience is at its end."""
        while self._patience > 0:
            before = machine.busy()
            time.sleep(STILL)
            if not machine.busy() - before > STILL * STILL:
                return
            self._patience -= STILL
