"""Sound through the system's devices, on a machine that has none: miniaudio's null backend."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from fixtures.daemon import until
from fixtures.sound import SECONDS, Room, ToneSource
from lofi.errors import AudioDeviceError
from lofi.playback.outlet import Way
from lofi.playback.outputs import miniaudio as ours
from lofi.playback.outputs.miniaudio import MiniaudioOutput
from lofi.playback.player import Player, Setting
from lofi.sound.pcm import Signal

miniaudio = pytest.importorskip("miniaudio", reason="miniaudio has no wheel for this platform")
NULL = [miniaudio.Backend.NULL]


def test_a_device_pulls_until_it_is_closed() -> None:
    pulled, wanted = threading.Semaphore(0), set[int]()

    def pull(count: int, patience: float) -> Signal:
        wanted.add(count)
        assert patience < ours.PERIOD_MS / 1_000
        pulled.release()
        return np.zeros((2, count), np.float32)

    output = MiniaudioOutput(backends=NULL)
    output.start(pull)
    for _ in range(5):
        assert pulled.acquire(timeout=SECONDS)
    assert output.trouble is None
    output.close()
    output.close()
    assert max(wanted) <= 48_000 * 0.1


def test_a_fault_while_pulling_is_told() -> None:
    def pull(_count: int, _patience: float) -> Signal:
        raise ValueError("oh")

    output = MiniaudioOutput(backends=NULL)
    output.start(pull)
    assert until(lambda: output.trouble == "ValueError: oh", SECONDS)
    output.close()


def test_a_device_that_asks_no_more_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    output = MiniaudioOutput(backends=NULL)
    output.start(lambda count, _patience: np.zeros((2, count), np.float32))
    assert output._open is not None
    output._open.stop()
    monkeypatch.setattr(ours, "SILENT_SECONDS", 0.0)
    assert until(lambda: output.trouble is not None, SECONDS)
    output.close()


def test_a_device_of_no_such_name_is_an_error() -> None:
    with pytest.raises(AudioDeviceError, match="no device 'Loud'"):
        MiniaudioOutput("Loud", NULL).start(lambda count, _: np.zeros((2, count), np.float32))


def test_a_machine_without_a_card_is_an_error_and_writes_no_stories(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if Path("/dev/snd").exists():
        pytest.skip("this machine has a sound card")
    monkeypatch.setenv("PULSE_SERVER", f"unix:/nowhere/{os.getpid()}")
    with pytest.raises(AudioDeviceError, match="miniaudio: "):
        MiniaudioOutput().start(lambda count, _: np.zeros((2, count), np.float32))
    assert capfd.readouterr() == ("", "")


def test_a_player_plays_through_it() -> None:
    way = Way("miniaudio", lambda device: MiniaudioOutput(device, NULL))
    player = Player([way], Room.find, setting=Setting())  # type: ignore[arg-type] # no key is asked for
    player.put_on(ToneSource(440, 0.3), fade=0.0, at_cut=False)
    assert player.state.output == "miniaudio"
    assert until(lambda: player.state.title is None, SECONDS)
    assert until(lambda: player.last(60.0).shape[1] > 14_400, SECONDS)  # the ceiling's last frames
    assert player.last(60.0).shape == pytest.approx((2, 14_656), abs=1)
    player.close()
