"""An order drawn by chance, with the way back. Knows keys only."""

from collections.abc import Sequence
from random import Random

REMEMBERED = 1000
"""How far back it leads."""


class Deal:
    """Draws each key once in a round before any comes again."""

    def __init__(self, random: Random, keys: Sequence[str], current: str | None) -> None:
        """Begin a round, of which ``current`` has been drawn already."""
        self._random = random
        self._trail = [] if current is None else [current]
        """What was drawn, and a step further back or forth than it is now."""
        self._at = len(self._trail) - 1
        self._bag = [key for key in keys if key != current]
        """What is left of this round, the next one last."""
        random.shuffle(self._bag)

    def ahead(self, keys: Sequence[str], *, again: bool) -> str | None:
        """What comes next of these; None when the round is over, unless there is ``again`` one."""
        if self._at + 1 < len(self._trail):
            return self._trail[self._at + 1]
        if not self._bag and again:
            self._bag = list(keys)
            self._random.shuffle(self._bag)
            if self._trail and self._bag and self._bag[-1] == self._trail[-1]:
                self._bag.insert(0, self._bag.pop())
        return self._bag[-1] if self._bag else None

    @property
    def behind(self) -> str | None:
        """What was before."""
        return self._trail[self._at - 1] if self._at > 0 else None

    def back(self) -> None:
        """Go to what was before."""
        self._at -= 1

    def go(self, key: str) -> None:
        """Go to this one, which may be what comes next."""
        if self._trail[self._at + 1 : self._at + 2] == [key]:
            self._at += 1
            return
        self._trail[self._at + 1 :] = [key]
        del self._trail[:-REMEMBERED]
        self._at = len(self._trail) - 1
        if key in self._bag:
            self._bag.remove(key)

    def add(self, key: str) -> None:
        """Have another one take part, in this round still."""
        self._bag.insert(self._random.randrange(len(self._bag) + 1), key)

    def remove(self, key: str) -> None:
        """Forget one."""
        self._at -= self._trail[: self._at + 1].count(key)
        self._trail = [each for each in self._trail if each != key]
        self._bag = [each for each in self._bag if each != key]
