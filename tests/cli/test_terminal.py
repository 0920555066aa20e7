"""A line on a terminal, and its keys."""

import os
import pty
import select
import sys
import termios
from pathlib import Path

import pytest

from lofi.cli.terminal import Terminal, cut


@pytest.mark.parametrize(
    ("line", "cells", "shown"),
    [
        ("abc", 5, "abc"),
        ("abcdef", 3, "abc"),
        ("雨の夜", 4, "雨の"),
        ("雨の夜", 5, "雨の"),
        ("e\u0301a", 1, "e\u0301"),
    ],
)
def test_a_line_is_cut_by_cells_and_never_inside_a_letter(
    line: str, cells: int, shown: str
) -> None:
    assert cut(line, cells) == shown


def test_keys_come_one_by_one_and_the_terminal_is_as_it_was_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = pty.openpty()
    with (
        os.fdopen(theirs, "r+b", buffering=0) as raw,
        os.fdopen(os.dup(theirs), "w") as stream,
        os.fdopen(os.dup(theirs)) as keyboard,
    ):
        monkeypatch.setattr(sys, "stdin", keyboard)
        before = termios.tcgetattr(raw)
        with Terminal(stream) as terminal:
            assert terminal.live
            os.write(ours, b"n\x1b[A+")
            assert [terminal.key(5) for _ in range(3)] == ["n", "up", "+"]
            assert terminal.key(0) == ""
            terminal.show("rainy jazz")
            terminal.show("rainy jazz")
        assert termios.tcgetattr(raw) == before
    shown = b""
    while select.select([ours], [], [], 0)[0]:
        try:
            shown += os.read(ours, 1000)
        except OSError:  # the other side is closed, and all is read
            break
    os.close(ours)
    assert shown.count(b"rainy jazz") == 1


def test_without_a_terminal_nothing_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with Terminal() as terminal:
            assert not terminal.live
