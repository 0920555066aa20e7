"""Bytes to lines, in bounded time and space. Knows neither JSON nor where bytes come from."""

from typing import NamedTuple

LIMIT = 1024 * 1024
BLANK = b" \t\r"


class TooLong(NamedTuple):
    """Stands where a line stood that was longer than allowed."""

    limit: int
    """In bytes, without the line end."""


class Lines:
    """Cuts a stream into lines; what follows the last newline waits and is never delivered."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._held = bytearray()
        self._skipping = False
        """The line at hand was too long: its tail must not pass for a line of its own."""

    def feed(self, chunk: bytes) -> list[bytes | TooLong]:
        """The lines that ``chunk`` completes, without their ends; blank ones are left out.

        A line over the limit is one ``TooLong``, as soon as it is too long.
        """
        *ends, rest = chunk.split(b"\n")
        found: list[bytes | TooLong] = []
        for end in ends:
            self._take(end, found)
            self._finish(found)
        self._take(rest, found)
        return found

    def _take(self, piece: bytes, found: list[bytes | TooLong]) -> None:
        if self._skipping:
            return
        if len(self._held) + len(piece) <= self._limit:
            self._held += piece
            return
        self._held = bytearray()
        self._skipping = True
        found.append(TooLong(self._limit))

    def _finish(self, found: list[bytes | TooLong]) -> None:
        if self._held.strip(BLANK):
            found.append(bytes(self._held.removesuffix(b"\r")))
        self._held = bytearray()
        self._skipping = False
