"""Which track follows which. Knows keys only; draws from a generator of its own."""

import random
from collections.abc import Sequence
from enum import StrEnum

from lofi.playback.deal import Deal


class Loop(StrEnum):
    """How a list goes on at its end."""

    OFF = "off"
    ALL = "all"
    ONE = "one"


class Playlist:
    """Keys in an order, each at most once, and which of them is the current one.

    Guarded by whoever owns it; ``keys`` may be read at any time.
    """

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the order of songs is no secret
        self.keys: tuple[str, ...] = ()
        self.loop = Loop.OFF
        self.current: str | None = None
        """One of the keys; None before the first, and when it was removed."""
        self._place = -1
        """Where the current one is, or the one before the place where it was."""
        self._deal: Deal | None = None
        """Of a list that is shuffled."""

    @property
    def index(self) -> int | None:
        """Where the current one stands."""
        return None if self.current is None else self._place

    @property
    def shuffle(self) -> bool:
        """Whether the order is drawn."""
        return self._deal is not None

    def set_shuffle(self, on: bool) -> None:
        """Draw the order, or take it as it is."""
        if on != self.shuffle:
            self._deal = Deal(self._random, self.keys, self.current) if on else None

    def replace(self, keys: Sequence[str]) -> None:
        """Have these instead, none of them current yet."""
        self.keys = tuple(dict.fromkeys(keys))
        self.current, self._place = None, -1
        if self._deal is not None:
            self._deal = Deal(self._random, self.keys, None)

    def add(self, key: str, position: int | None = None) -> None:
        """Put one in at a position, by default the end; one that is there already is moved.

        Raises:
            IndexError: there is no such position.
        """
        there = key in self.keys
        rest = [each for each in self.keys if each != key]
        at = len(rest) if position is None else position
        if not 0 <= at <= len(rest):
            raise IndexError(position)
        rest.insert(at, key)
        self.keys = tuple(rest)
        if self.current is not None:
            self._place = rest.index(self.current)
        elif at <= self._place and not there:
            self._place += 1
        if self._deal is not None and not there:
            self._deal.add(key)

    def remove(self, key: str) -> None:
        """Take one out; if it is the current one, the next is the one that followed it.

        Raises:
            KeyError: it is not in the list.
        """
        if key not in self.keys:
            raise KeyError(key)
        if self.keys.index(key) <= self._place:
            self._place -= 1
        if key == self.current:
            self.current = None
        self.keys = tuple(each for each in self.keys if each != key)
        if self._deal is not None:
            self._deal.remove(key)

    def ahead(self, *, asked: bool = False) -> str | None:
        """What follows the current one; None at the end.

        Args:
            asked: whether somebody wants another one, whatever the loop over one says.
        """
        if not self.keys:
            return None
        if self.loop is Loop.ONE and not asked and self.current is not None:
            return self.current
        again = self.loop is not Loop.OFF
        if self._deal is not None:
            return self._deal.ahead(self.keys, again=again)
        if self._place + 1 < len(self.keys):
            return self.keys[self._place + 1]
        return self.keys[0] if again else None

    @property
    def behind(self) -> str | None:
        """What was before the current one; None at the beginning."""
        if self._deal is not None:
            return self._deal.behind
        place = self._place if self.current is None else self._place - 1
        if place >= 0:
            return self.keys[place]
        return self.keys[-1] if self.keys and self.loop is Loop.ALL else None

    def go(self, key: str) -> None:
        """Make one of them the current one, as what comes next or by choice.

        Raises:
            KeyError: it is not in the list.
        """
        if key not in self.keys:
            raise KeyError(key)
        if self._deal is not None and key != self.current:
            self._deal.go(key)
        self.current, self._place = key, self.keys.index(key)

    def back(self) -> str | None:
        """Make what was before the current one; None if there was nothing."""
        key = self.behind
        if key is not None:
            if self._deal is not None:
                self._deal.back()
            self.current, self._place = key, self.keys.index(key)
        return key
