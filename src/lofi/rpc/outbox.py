"""What waits to be written, and the one thread that writes it. Knows lines, not their meaning."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from lofi.rpc import stdio

BATCH = 64 * 1024
"""Bytes in one write, about what a pipe holds: a newer line cannot replace what is in it."""


class Bounds(NamedTuple):
    """How much may wait."""

    lines: int = 1000
    size: int = 4 * 1024 * 1024
    """Bytes; one line alone may be larger."""
    patience: float = 3.0
    """Seconds for which a full outbox makes its users wait before the client counts as gone.

    Whoever sends faster than it reads is served no faster than it reads. One that died is noticed
    by its broken pipe, and leaving waits for nobody.
    """


class Outbox:
    """Lines in the order they were put; safe from any thread.

    When the client is gone or does not read, ``lost`` is called once, with the reason, from
    whichever thread noticed; from then on lines are dropped.
    """

    def __init__(
        self, descriptor: int, lost: Callable[[str], None], bounds: Bounds | None = None
    ) -> None:
        self._descriptor = descriptor
        self._tell = lost
        self._bounds = bounds or Bounds()
        self._changed = threading.Condition()
        """Guards all that follows; told of each change."""
        self._waiting: OrderedDict[int, bytes] = OrderedDict()
        self._latest: dict[str, int] = {}
        self._size = 0
        self._put = 0
        self._closed = False
        self._ended = False
        self._lost = False
        threading.Thread(target=self._write, name="writer", daemon=True).start()

    def put(self, line: bytes, ends: str | None = None) -> None:
        """Send a whole line; no later line of the key ``ends`` will go before it."""
        self._add(line, ends=ends)

    def put_latest(self, key: str, line: bytes) -> None:
        """Send a line in place of an older one of the same key that has not left yet."""
        with self._changed:
            older = self._latest.get(key)
            if older is not None and older in self._waiting:
                self._size += len(line) - len(self._waiting[older])
                self._waiting[older] = line
                return
        self._add(line, begins=key)

    def close(self, seconds: float) -> bool:
        """Take no more lines and wait at most ``seconds`` for the rest; whether all were sent."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._ended or self._lost, seconds)
            return self._ended and not self._lost

    def _add(self, line: bytes, begins: str | None = None, ends: str | None = None) -> None:
        with self._changed:
            room = self._changed.wait_for(lambda: self._fits(line), self._bounds.patience)
            if room and not self._closed:
                self._waiting[self._put] = line
                self._size += len(line)
                if begins is not None:
                    self._latest[begins] = self._put
                if ends is not None:
                    self._latest.pop(ends, None)
                self._put += 1
                self._changed.notify_all()
        if not room:
            self._lose("the client does not read")

    def _fits(self, line: bytes) -> bool:
        if self._closed or not self._waiting:
            return True
        size = self._size + len(line)
        return len(self._waiting) < self._bounds.lines and size <= self._bounds.size

    def _write(self) -> None:
        try:
            while batch := self._take():
                stdio.write(self._descriptor, batch)
        except OSError as error:
            self._lose(f"cannot write to the client: {error.strerror}")
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _take(self) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            batch = bytearray()
            while self._waiting and len(batch) < BATCH:
                batch += self._waiting.popitem(last=False)[1]
            if not self._waiting:
                self._latest.clear()
            self._size -= len(batch)
            self._changed.notify_all()
            return bytes(batch)

    def _lose(self, reason: str) -> None:
        with self._changed:
            if self._lost:
                return
            self._lost = self._closed = True
            self._waiting.clear()
            self._size = 0
            self._changed.notify_all()
        self._tell(reason)
