"""The radio at a terminal."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fixtures.daemon import SECONDS, environment
from lofi.cli.radio import ACTIONS, KEYS, line
from lofi.playback.deck import Health
from lofi.playback.playlist import Loop
from lofi.playback.state import Doing, State

RADIO = (sys.executable, "-m", "lofi", "radio")


def state(doing: Doing = Doing.PLAYING, *, muted: bool = False) -> State:
    return State(
        doing=doing,
        piece=None,
        title="rainy jazz",
        on_air=True,
        position=3.0,
        duration=None,
        volume=0.7,
        muted=muted,
        output="null",
        device=None,
        problem=None,
        playlist=(),
        index=None,
        loop=Loop.OFF,
        shuffle=False,
        crossfade=2.0,
        health=Health(0, 0, 0, 0.0, 0),
    )


RADIO_STATE = {
    "title": "rainy jazz",
    "source": "engine",
    "key": "D minor",
    "bpm": 78.0,
    "intensity": 0.5,
    "next_ready": False,
    "generating": True,
}


def test_one_line_says_what_plays_and_how() -> None:
    assert line(RADIO_STATE, state()) == (
        "|> rainy jazz (engine)  D minor  78 bpm  vol 70%  intensity 50%  making the next  " + KEYS
    )
    assert line(RADIO_STATE, state(Doing.PAUSED)).startswith("|| ")
    assert "muted" in line(RADIO_STATE, state(muted=True))
    assert line(RADIO_STATE, state(), "kept 0123").endswith("kept 0123")
    assert line(None, state()) == ""


def test_every_key_that_is_shown_does_something() -> None:
    assert set(" nbk+-[]") <= ACTIONS.keys()


def run(home: Path, *words: str, output: str = "null") -> "subprocess.Popen[str]":
    home.mkdir(exist_ok=True)
    return subprocess.Popen(
        [*RADIO, *words],
        env=environment(home, {"backend": "procedural", "audio_output": output}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_without_a_terminal_it_plays_until_it_is_interrupted(tmp_path: Path) -> None:
    with run(tmp_path / "home", "rainy", "jazz") as radio:
        assert radio.stderr is not None
        assert radio.stderr.readline() == "rainy jazz (engine)\n"
        radio.send_signal(signal.SIGINT)
        assert radio.wait(SECONDS) == 130
        assert "the radio is off" in radio.stderr.read()
        assert radio.stdout is not None
        assert radio.stdout.read() == ""


@pytest.mark.parametrize(
    ("words", "output", "said"),
    [
        (["--style", "jaz lofi"], "null", "jazz-lofi"),
        (["--backend", "nobody", "rain"], "null", "nobody"),
        (["rain"], "none", "audio_output"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    tmp_path: Path, words: list[str], output: str, said: str
) -> None:
    with run(tmp_path / "home", *words, output=output) as radio:
        _, errors = radio.communicate(timeout=SECONDS)
    assert radio.returncode in {1, 2}
    assert said in errors
    assert len(errors.splitlines()) == 1


def test_keys_steer_it_and_q_ends_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    ours, theirs = pty.openpty()
    radio = subprocess.Popen(
        [*RADIO, "rainy jazz"],
        env=environment(home, {"backend": "procedural", "audio_output": "null"}),
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.DEVNULL,
    )
    os.close(theirs)
    shown = ""

    def until(words: str) -> None:
        nonlocal shown
        deadline = time.monotonic() + SECONDS
        while words not in shown:
            assert time.monotonic() < deadline, shown
            if select.select([ours], [], [], 0.2)[0]:
                shown += os.read(ours, 4096).decode(errors="replace")

    until("rainy jazz (engine)")
    os.write(ours, b" ")
    until("|| rainy")
    os.write(ours, b" -")
    until("vol 65%")
    os.write(ours, b"q")
    assert radio.wait(SECONDS) == 0
    os.close(ours)
