"""The focus timer and the music, by a clock that a test turns."""

from collections.abc import Mapping
from typing import Any

from lofi.errors import AudioDeviceError
from lofi.radio.focus import IN_SECONDS, OUT_SECONDS, Focus


class Desk:
    """Music that notes what it is told, and a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.done: list[tuple[str, float]] = []
        self.idle = False
        self.broken = False
        self.told: list[Mapping[str, Any] | None] = []
        self.focus = Focus(
            self, self.told.append, clock=lambda: self.now, date=lambda: 1e9 + self.now
        )

    def pause(self, seconds: float = 0.0) -> None:
        self.done.append(("out", seconds))

    def resume(self, seconds: float = 0.0) -> None:
        self.done.append(("in", seconds))
        if self.broken:
            raise AudioDeviceError("no device")

    def pass_minutes(self, minutes: float) -> None:
        self.now += 60 * minutes
        self.focus.turn()


def test_music_fades_out_for_a_break_and_in_for_work() -> None:
    desk = Desk()
    desk.focus.start(25, 5)
    assert desk.done == []
    desk.pass_minutes(25)
    assert desk.done == [("out", OUT_SECONDS)]
    desk.pass_minutes(5)
    assert desk.done == [("out", OUT_SECONDS), ("in", IN_SECONDS)]
    desk.focus.stop()
    assert desk.done == [("out", OUT_SECONDS), ("in", IN_SECONDS)]


def test_each_phase_is_announced_with_what_is_left_of_it() -> None:
    desk = Desk()
    desk.focus.start(25, 5)
    desk.pass_minutes(26)
    desk.pass_minutes(4)
    desk.focus.stop()
    first, second, third, last = desk.told
    assert first == {
        "phase": "focus",
        "remaining_sec": 1500.0,
        "at": 1e9,
        "focus_min": 25,
        "break_min": 5,
        "round": 1,
    }
    assert second is not None
    assert (second["phase"], second["remaining_sec"], second["round"]) == ("break", 240.0, 1)
    assert third is not None
    assert (third["phase"], third["remaining_sec"], third["round"]) == ("focus", 1500.0, 2)
    assert last is None


def test_stopping_in_a_break_brings_the_music_back() -> None:
    desk = Desk()
    desk.focus.start(25, 5)
    desk.pass_minutes(26)
    desk.focus.stop()
    assert desk.done[-1] == ("in", IN_SECONDS)
    assert desk.focus.described() is None


def test_beginning_anew_in_a_break_is_work() -> None:
    desk = Desk()
    desk.focus.start(25, 5)
    desk.pass_minutes(26)
    desk.focus.start(50, 10)
    assert desk.done[-1] == ("in", IN_SECONDS)
    described = desk.focus.described()
    assert described is not None
    assert (described["phase"], described["remaining_sec"]) == ("focus", 3000.0)
    desk.focus.stop()


def test_music_that_did_not_play_does_not_begin_after_a_break() -> None:
    desk = Desk()
    desk.idle = True
    desk.focus.start(25, 5)
    desk.pass_minutes(25)
    desk.pass_minutes(5)
    assert ("in", IN_SECONDS) not in desk.done
    desk.focus.stop()


def test_a_device_that_went_away_in_the_break_does_not_stop_the_timer() -> None:
    desk = Desk()
    desk.broken = True
    desk.focus.start(25, 5)
    desk.pass_minutes(25)
    desk.pass_minutes(5)
    assert desk.told[-1] is not None
    assert desk.told[-1]["phase"] == "focus"
    desk.focus.stop()


def test_stopping_without_a_timer_says_nothing() -> None:
    desk = Desk()
    desk.focus.stop()
    assert desk.told == []
