"""What is really heard: a sink that nobody hears is recorded and measured."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from fixtures.daemon import LAUNCH, SECONDS, Daemon, environment, until
from fixtures.sink import Sink, virtual_sink
from fixtures.sound import level, pitch, sine
from lofi.sound.pcm import SAMPLE_RATE, Signal
from promises.manifest import promise

EDITOR = """
import subprocess, sys
daemon = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=sys.stdout)
for line in sys.stdin:
    daemon.stdin.write(line.encode())
    daemon.stdin.flush()
"""
"""Stands between the test and a daemon, so that it can be killed as an editor is."""
SETTLED = SAMPLE_RATE // 4
"""Frames after which a change has been heard."""


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    with virtual_sink(tmp_path_factory.mktemp("sink") / "run") as running:
        yield running


def settings(output: str) -> dict[str, object]:
    return {"audio_output": output, "volume": 1.0, "crossfade_sec": 0}


OUTPUTS = ["miniaudio", pytest.param("paplay", marks=pytest.mark.slow)]


@pytest.fixture(params=OUTPUTS)
def daemon(
    sink: Sink, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Daemon]:
    if request.param == "miniaudio":
        pytest.importorskip("miniaudio", reason="miniaudio has no wheel for this platform")
    monkeypatch.setattr("fixtures.daemon.PASSED_ON", {"PULSE_SERVER": sink.address})
    with Daemon(tmp_path / "home", settings=settings(request.param)) as running:
        yield running


def tone_track(daemon: Daemon, seconds: int = 60, seed: int = 40) -> str:
    """A track of the fake's: a tone of 200 Hz and the seed."""
    track_id: str = daemon.make("steady", duration_sec=seconds, seed=seed)["track_id"]
    return track_id


def peak(sound: Signal) -> float:
    return float(np.abs(sound).max())


def attempts(daemon: Daemon, sink: Sink, track_id: str) -> list[float]:
    """Seconds from the command to the sound, more than once only where the machine is busy."""
    waited: list[float] = []
    while not waited or (waited[-1] >= 1.0 and len(waited) < 3):  # the machine may be busy
        daemon.call("stop")
        sink.record(0.3)
        start = sink.frames
        assert daemon.call("play", track_id=track_id)["state"] == "playing"
        waited.append(sink.until_heard(start))
    return waited


@promise("sound:heard-soon", "sound:heard-exactly")
def test_pitch_volume_pause_and_silence_are_what_was_asked_for(daemon: Daemon, sink: Sink) -> None:
    track_id = tone_track(daemon)
    daemon.call("playback_status")  # what is imported late has been
    assert min(attempts(daemon, sink, track_id)) < 1.0
    sound = sink.record(1.0)
    assert pitch(sound[0]) == pytest.approx(240, abs=0.2)
    loud = peak(sound)
    assert loud > 0.05
    daemon.call("volume_set", level=0.25)
    sink.record(0.5)
    assert peak(sink.record(0.5)) == pytest.approx(loud / 4, rel=0.01)
    daemon.call("volume_set", level=1.0)
    daemon.call("mute", muted=True)
    sink.record(0.5)
    assert peak(sink.record(0.3)) == 0.0
    daemon.call("mute", muted=False)
    daemon.call("pause")
    sink.record(0.5)
    assert peak(sink.record(0.5)) == 0.0
    daemon.call("resume")
    sink.record(0.6)
    assert peak(sink.record(0.3)) == pytest.approx(loud, rel=0.01)
    daemon.call("stop")
    start = sink.frames
    assert sink.until_heard(start, silent=True) < 0.5


@promise("sound:no-gaps")
@pytest.mark.slow
def test_a_list_is_heard_without_a_gap(daemon: Daemon, sink: Sink) -> None:
    ids = [tone_track(daemon, 2, seed) for seed in (40, 60, 80)]
    start = sink.frames
    daemon.call("play", track_ids=ids)
    begins = start + round(sink.until_heard(start) * SAMPLE_RATE)
    sink.record(7.0)
    sound = sink.sound(begins)[0, : 6 * SAMPLE_RATE - SETTLED]
    step = SAMPLE_RATE // 100
    loud = [level(sound[at : at + step]) for at in range(step, sound.size - step, step)]
    assert min(loud) > 0.3 * float(np.median(loud))
    for number, hertz in enumerate((240, 260, 280)):
        part = sound[number * 2 * SAMPLE_RATE + SETTLED : (number + 1) * 2 * SAMPLE_RATE - SETTLED]
        assert pitch(part) == pytest.approx(hertz, abs=0.5)


@promise("sound:crossfade")
@pytest.mark.slow
def test_a_crossfade_keeps_the_power(
    sink: Sink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("miniaudio", reason="miniaudio has no wheel for this platform")
    monkeypatch.setattr("fixtures.daemon.PASSED_ON", {"PULSE_SERVER": sink.address})
    how = {**settings("miniaudio"), "crossfade_sec": 1}
    with Daemon(tmp_path / "home", settings=how) as daemon:
        ids = [tone_track(daemon, 5, seed) for seed in (0, 80)]
        start = sink.frames
        daemon.call("play", track_ids=ids)
        begins = start + round(sink.until_heard(start) * SAMPLE_RATE)
        sink.record(6.0)
        sound = sink.sound(begins)[0]
    step = SAMPLE_RATE // 10
    before = level(sound[SAMPLE_RATE : 3 * SAMPLE_RATE])
    fade = sound[4 * SAMPLE_RATE : 5 * SAMPLE_RATE]
    powers = [level(fade[at : at + step]) / before for at in range(0, fade.size, step)]
    assert powers == pytest.approx([1.0] * 10, abs=0.1)
    old, new = (
        [amount(fade[at : at + step], hertz) / before for at in range(0, fade.size, step)]
        for hertz in (200, 280)
    )
    middle = (np.arange(10) + 0.5) / 10 * np.pi / 2
    assert old == pytest.approx(np.cos(middle).tolist(), abs=0.12)
    assert new == pytest.approx(np.sin(middle).tolist(), abs=0.12)


def amount(sound: Signal, hertz: float) -> float:
    """How much of a tone is in a sound: the root of its mean square."""
    turn = np.exp(2j * np.pi * hertz * np.arange(sound.size) / SAMPLE_RATE)
    return float(abs((sound * turn).mean()) * 2**0.5)


@promise("sound:silent-when-left")
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_editors_death_is_followed_by_silence_within_a_second(
    sink: Sink, tmp_path: Path, output: str, how: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    if output == "miniaudio":
        pytest.importorskip("miniaudio", reason="miniaudio has no wheel for this platform")
    monkeypatch.setattr("fixtures.daemon.PASSED_ON", {"PULSE_SERVER": sink.address})
    command = (sys.executable, "-c", EDITOR, *LAUNCH)
    with Daemon(tmp_path / "home", command=command, settings=settings(output)) as editor:
        start = sink.frames
        editor.call("play", track_id=tone_track(editor))
        sink.until_heard(start)
        start = sink.frames
        editor.process.send_signal(how)
        assert sink.until_heard(start, silent=True) < 1.0


@promise("sound:silent-when-left")
def test_the_death_of_the_daemon_is_followed_by_silence(daemon: Daemon, sink: Sink) -> None:
    start = sink.frames
    daemon.call("play", track_id=tone_track(daemon))
    sink.until_heard(start)
    start = sink.frames
    daemon.kill()
    assert sink.until_heard(start, silent=True) < 1.0


@promise("sound:plays-files")
@pytest.mark.parametrize("rate", [44_100, pytest.param(22_050, marks=pytest.mark.slow)])
def test_the_command_plays_a_file_to_its_end(sink: Sink, tmp_path: Path, rate: int) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, sine(440, 2.0, rate, channels=1).T, rate)
    start = sink.frames
    done = subprocess.run(
        [sys.executable, "-m", "lofi", "play", str(path), "--volume", "1"],
        env=environment(tmp_path, {"audio_output": "auto"}) | {"PULSE_SERVER": sink.address},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS * 3,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "a.flac\n")
    begins = start + round(sink.until_heard(start) * SAMPLE_RATE)
    sound = sink.sound(begins)[0]
    # a busy machine's sound server drops a little now and then; exactness is tested with files
    assert pitch(sound[SETTLED : SAMPLE_RATE + SETTLED]) == pytest.approx(440, abs=3)
    step = SAMPLE_RATE // 100
    loud = [level(sound[at : at + step]) > 1e-3 for at in range(0, sound.size - step, step)]
    assert sum(loud) / 100 == pytest.approx(2.0, abs=0.1)


@promise("sound:devices")
def test_devices_are_listed_and_chosen(
    sink: Sink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("miniaudio", reason="miniaudio has no wheel for this platform")
    monkeypatch.setattr("fixtures.daemon.PASSED_ON", {"PULSE_SERVER": sink.address})
    with Daemon(tmp_path / "home", settings=settings("auto")) as daemon:
        (device,) = daemon.call("audio_devices")["available"]
        assert (device["is_default"], device["sample_rate"]) == (True, SAMPLE_RATE)
        start = sink.frames
        daemon.call("play", track_id=tone_track(daemon))
        sink.until_heard(start)
        told = daemon.call("audio_device_set", device=device["name"])
        assert (told["output"], told["device"]) == ("miniaudio", device["name"])
        sink.record(0.5)
        assert peak(sink.record(0.3)) > 0.05
        refused = daemon.refusal("audio_device_set", device="Loud")
        assert device["name"] in str(refused.error)
        assert peak(sink.record(0.3)) > 0.05


@promise("sound:device-lost")
@pytest.mark.slow
@pytest.mark.parametrize("output", OUTPUTS)
def test_a_sound_server_that_dies_is_a_problem_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    with virtual_sink(tmp_path / "run") as sink:
        monkeypatch.setattr("fixtures.daemon.PASSED_ON", {"PULSE_SERVER": sink.address})
        with Daemon(tmp_path / "home", settings=settings(output)) as daemon:
            start = sink.frames
            daemon.call("play", track_id=tone_track(daemon))
            sink.until_heard(start)
            sink.server.kill()
            assert until(lambda: daemon.call("playback_status")["problem"] is not None)
            told = daemon.call("playback_status")
            assert (told["state"], told["output"]) == ("paused", "none")
            assert told["position"]["position"] > 0
            assert daemon.call("stop")["state"] == "stopped"
