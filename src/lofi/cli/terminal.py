"""A terminal that gives single keys and shows one line; or none, where there is no terminal."""

import os
import select
import shutil
import sys
import termios
import tty
import unicodedata
from typing import Any, Self, TextIO

ARROWS = {"\x1b[A": "up", "\x1b[B": "down", "\x1b[C": "right", "\x1b[D": "left"}


class Terminal:
    """Keys from standard input, a line on standard error; as it was before, afterwards."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._input = sys.stdin.fileno() if sys.stdin is not None else -1
        self.live = self._input >= 0 and os.isatty(self._input) and self._stream.isatty()
        self._before: list[Any] | None = None
        self._shown = ""
        self._typed = ""
        """Keys that were pressed faster than they were asked for."""

    def __enter__(self) -> Self:
        if self.live:
            self._before = termios.tcgetattr(self._input)
            tty.setcbreak(self._input)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            termios.tcsetattr(self._input, termios.TCSADRAIN, self._before)
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def key(self, seconds: float) -> str:
        """The next key, an arrow by its name; empty if none comes in time, ``q`` when the input
        has ended."""
        if not self._typed:
            ready, _, _ = select.select([self._input], [], [], seconds)
            if not ready:
                return ""
            self._typed = os.read(self._input, 64).decode(errors="replace") or "q"
        size = 3 if self._typed[:3] in ARROWS else 1
        key, self._typed = self._typed[:size], self._typed[size:]
        return ARROWS.get(key, key)

    def show(self, line: str) -> None:
        """Have this line seen, cut to the width there is."""
        line = cut(line, shutil.get_terminal_size().columns - 1)
        if line != self._shown:
            self._shown = line
            self._stream.write(f"\r{line}\x1b[K")
            self._stream.flush()


def cut(line: str, cells: int) -> str:
    """As much of a line as fits into so many cells of a terminal."""
    used = 0
    for index, letter in enumerate(line):
        used += _cells(letter)
        if used > cells:
            return line[:index]
    return line


def _cells(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in {"Cf", "Cc"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
