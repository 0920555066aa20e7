"""Sound through a program."""

import os
import signal
import threading
from pathlib import Path

import numpy as np
import pytest

from fixtures.daemon import gone, until
from fixtures.listener import Listener
from fixtures.sound import SECONDS
from lofi.errors import AudioDeviceError
from lofi.playback.outputs import programs
from lofi.playback.outputs.command import CommandOutput
from lofi.playback.outputs.programs import Program
from lofi.sound.pcm import Signal
from lofi.sound.wave import HEADER, kind


@pytest.fixture
def listener(tmp_path: Path) -> Listener:
    return Listener(tmp_path / "listener")


def pull(count: int, _patience: float) -> Signal:
    return np.tile(np.asarray([[0.5], [-1.0]], np.float32), (1, count))


def test_a_program_gets_what_is_pulled_as_wav(listener: Listener) -> None:
    output = CommandOutput(programs.find(listener.command()))
    output.start(pull)
    assert until(lambda: bool(listener.reads) and listener.reads[-1].heard > 20_000, SECONDS)
    output.close()
    assert gone(listener.reads[-1].pid)
    heard = listener.heard
    assert kind(heard[:HEADER]) == (2, 48_000)
    samples = np.frombuffer(heard[HEADER : HEADER + 8_000], "<i2").reshape(-1, 2)
    assert {tuple(frame) for frame in samples.tolist()} == {(16_384, -32_767)}
    assert output.trouble is None


def test_one_that_finds_no_device_is_an_error(listener: Listener) -> None:
    output = CommandOutput(programs.find(listener.command("die")))
    started = threading.Event()
    try:
        output.start(pull)
        started.set()
    except AudioDeviceError as error:
        assert "no such device" in error.message  # noqa: PT017 - a slow machine starts it first
    if started.is_set():
        assert until(lambda: output.trouble is not None, SECONDS)
        assert "no such device" in (output.trouble or "")


def test_one_that_dies_later_is_in_trouble(listener: Listener) -> None:
    output = CommandOutput(programs.find(listener.command()))
    output.start(pull)
    assert until(lambda: bool(listener.reads), SECONDS)
    os.kill(listener.reads[-1].pid, signal.SIGKILL)
    assert until(lambda: output.trouble is not None, SECONDS)
    output.close()


def test_one_that_is_not_there_is_an_error() -> None:
    with pytest.raises(AudioDeviceError, match="nothing-like-it"):
        CommandOutput(Program(("nothing-like-it",))).start(pull)
