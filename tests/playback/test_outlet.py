"""Which way out is taken."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fixtures.sound import Stereo
from lofi.config import OUTPUTS
from lofi.errors import AudioDeviceError, InvalidParams
from lofi.playback import outlet
from lofi.playback.outlet import CHOICES, Outlet, Way
from lofi.playback.outputs.output import Pull
from lofi.sound.pcm import Signal


def pull(count: int, _patience: float) -> Signal:
    return np.zeros((2, count), np.float32)


def chain(*works: bool) -> tuple[Outlet, list[Stereo]]:
    stereos = []
    for each in works:
        stereo = Stereo()
        stereo.works = each
        stereos.append(stereo)
    ways = [Way(f"way {number}", maker(stereo)) for number, stereo in enumerate(stereos)]
    return Outlet(ways, pull), stereos


def maker(stereo: Stereo) -> Callable[[str | None], Stereo]:
    return lambda _device: stereo


def test_the_settings_know_every_way() -> None:
    assert OUTPUTS == CHOICES


def test_the_first_that_works_is_taken() -> None:
    out, stereos = chain(False, True, True)
    out.open()
    out.open()
    assert [stereo.opened for stereo in stereos] == [0, 1, 0]
    assert out.problem is None
    assert out.is_open


def test_one_that_broke_down_gives_way_to_the_next() -> None:
    out, stereos = chain(True, True)
    out.open()
    stereos[0].trouble, stereos[0].works = "unplugged", False
    assert out.trouble == "unplugged"
    out.open()
    assert stereos[1].opened == 1
    assert out.trouble is None


def test_if_none_works_the_reasons_are_told_with_what_to_do() -> None:
    out, stereos = chain(False, False)
    assert out.name == "way 0"
    with pytest.raises(AudioDeviceError) as caught:
        out.open()
    assert caught.value.message == "no sound: stereo: it is unplugged; stereo: it is unplugged"
    assert out.problem == (caught.value.message, caught.value.hint)
    assert out.name == "none"
    stereos[1].works = True
    out.open()
    assert out.name == "stereo"


def test_without_any_way_it_says_what_to_install() -> None:
    out = Outlet(outlet.ways("none"), pull)
    with pytest.raises(AudioDeviceError, match="nothing here plays sound") as caught:
        out.open()
    assert "pulseaudio-utils" in (caught.value.hint or "")


def test_at_the_end_of_an_ssh_connection_it_says_where_sound_would_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "1.2.3.4")
    monkeypatch.delenv("PULSE_SERVER", raising=False)
    out, _ = chain(False)
    with pytest.raises(AudioDeviceError) as caught:
        out.open()
    assert "SSH" in (caught.value.hint or "")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("aplay", "mpv", "mine"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    return tmp_path


@pytest.mark.usefixtures("installed")
def test_by_default_the_own_command_goes_first_then_devices_then_programs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lofi.playback.outputs.miniaudio.present", lambda: True)
    assert [way.name for way in outlet.ways()] == ["miniaudio", "aplay", "mpv"]
    assert [way.name for way in outlet.ways("auto", "mine")] == [
        "mine",
        "miniaudio",
        "aplay",
        "mpv",
    ]
    monkeypatch.setattr("lofi.playback.outputs.miniaudio.present", lambda: False)
    assert [way.name for way in outlet.ways()] == ["aplay", "mpv"]
    assert outlet.devices(outlet.ways()) == []


@pytest.mark.parametrize("choice", [each for each in CHOICES if each not in {"auto", "none"}])
def test_a_choice_is_a_choice(choice: str) -> None:
    assert [way.name for way in outlet.ways(choice)] == [choice]


def test_devices_can_be_chosen_only_where_there_are_any() -> None:
    out, _ = chain(True)
    with pytest.raises(InvalidParams, match="no device of choice"):
        out.choose("Loud")
    out.choose(None)


class Named(Stereo):
    """One with devices."""

    def start(self, pull: Pull) -> None:
        if self.device == "broken":
            raise AudioDeviceError("broken: it is")
        super().start(pull)


def test_another_device_is_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lofi.playback.outputs.miniaudio.check", lambda _name: None)
    made: list[Named] = []

    def make(device: str | None) -> Named:
        named = Named()
        named.device = device
        made.append(named)
        return named

    out = Outlet([Way("miniaudio", make)], pull)
    out.choose("Kitchen")
    assert made == []
    out.open()
    out.choose(None)
    assert [each.device for each in made] == ["Kitchen", None]
    assert made[0].pull is None
    assert made[1].pull is not None
    with pytest.raises(AudioDeviceError):
        out.choose("broken")
    assert (out.device, out.is_open, out.problem) == (None, True, None)
