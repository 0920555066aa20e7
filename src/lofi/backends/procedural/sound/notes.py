"""Rendered notes, kept for the next time they are played."""

from collections import OrderedDict
from collections.abc import Callable, Hashable

from lofi.sound.pcm import Signal

CACHE_BYTES = 64_000_000


class NoteCache:
    """The most recently played notes, as many as fit into a number of bytes."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._kept: OrderedDict[Hashable, Signal] = OrderedDict()
        self.nbytes = 0

    def get(self, key: Hashable, render: Callable[[], Signal]) -> Signal:
        """The note of this key, rendered if it is not here."""
        note = self._kept.get(key)
        if note is not None:
            self._kept.move_to_end(key)
            return note
        note = render()
        self._kept[key] = note
        self.nbytes += note.nbytes
        while self.nbytes > self._limit:
            self.nbytes -= self._kept.popitem(last=False)[1].nbytes
        return note
