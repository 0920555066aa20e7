"""What a person sees while a track is made."""

import io

import pytest

from lofi.backends.base import Step
from lofi.cli.console import Console
from lofi.jobs.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def progress(percent: int, eta: float = 12.0) -> Progress:
    return Progress(Step(percent, 100), percent, eta)


def test_a_terminal_gets_a_bar_with_percent_and_eta_that_goes_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    terminal = Terminal()
    console = Console(terminal, quiet=False, clock=lambda: 0.0)
    console.progress(progress(50))
    assert terminal.getvalue() == f"\r{'█' * 20}{'░' * 20} 50 %    12 s left\x1b[K"
    console.close()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_a_terminal_that_cannot_show_blocks_gets_a_bar_of_ascii(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Latin(Terminal):
        encoding = "iso-8859-1"

    monkeypatch.setenv("COLUMNS", "80")
    terminal = Latin()
    Console(terminal, quiet=False).progress(progress(50))
    assert terminal.getvalue().startswith(f"\r{'#' * 20}{'-' * 20} 50 %")


def test_a_narrow_terminal_is_not_overrun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    terminal = Terminal()
    Console(terminal, quiet=False).progress(progress(50))
    visible = terminal.getvalue().removeprefix("\r").removesuffix("\x1b[K")
    assert len(visible) <= 24


def test_a_line_takes_the_place_of_the_bar() -> None:
    terminal = Terminal()
    console = Console(terminal, quiet=False, clock=lambda: 0.0)
    console.progress(progress(50))
    console.line("a word")
    assert terminal.getvalue().endswith("\x1b[K\r\x1b[Ka word\n")
    console.progress(progress(51))
    assert terminal.getvalue().endswith("51 %    12 s left\x1b[K")


def test_the_bar_is_drawn_at_most_twice_a_second() -> None:
    now = 0.0
    terminal = Terminal()
    console = Console(terminal, quiet=False, clock=lambda: now)
    for step in range(100):
        now = step / 100
        console.progress(progress(step))
    assert terminal.getvalue().count("\r") == 2


def test_a_log_gets_a_line_every_quarter() -> None:
    log = io.StringIO()
    console = Console(log, quiet=False)
    for percent in range(100):
        console.progress(progress(percent))
    assert log.getvalue().splitlines() == [f"{percent} %, 12 s left" for percent in (25, 50, 75)]


def test_coarse_steps_do_not_make_lines_catch_up() -> None:
    log = io.StringIO()
    console = Console(log, quiet=False)
    for percent in (10, 60, 61, 99):
        console.progress(progress(percent))
    assert [line.split()[0] for line in log.getvalue().splitlines()] == ["60", "99"]


def test_quiet_means_silent() -> None:
    terminal = Terminal()
    console = Console(terminal, quiet=True)
    console.line("hello")
    console.progress(progress(50))
    console.notes({"tempo": "72 bpm"})
    console.close()
    assert terminal.getvalue() == ""


def test_notes_are_one_line_each_for_people() -> None:
    log = io.StringIO()
    console = Console(log, quiet=False)
    console.notes(
        {"understood": {"tempo": "72 bpm", "instruments": ["piano", "bass"]}, "unknown": []}
    )
    assert log.getvalue().splitlines() == [
        "understood: tempo 72 bpm, instruments piano, bass",
        "unknown: -",
    ]
