"""The radio as it is heard: a sink that nobody hears is recorded and measured."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fixtures.daemon import LAUNCH, REAL, Daemon, Json
from fixtures.sink import Sink, virtual_sink
from fixtures.sound import level
from lofi.sound.pcm import SAMPLE_RATE, Signal
from promises.manifest import promise
from promises.test_sound import EDITOR

STEP = SAMPLE_RATE // 10
QUIET = 1e-3
"""Full scale is 1; music of the radio is about 0.1."""
SETTINGS = {"audio_output": "miniaudio", "volume": 1.0}


@pytest.fixture(scope="module")
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    pytest.importorskip("miniaudio", reason="miniaudio has no wheel for this platform")
    with virtual_sink(tmp_path_factory.mktemp("sink") / "run") as running:
        yield running


@pytest.fixture(autouse=True)
def heard(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Daemons play into the sink."""
    monkeypatch.setattr("fixtures.daemon.PASSED_ON", {"PULSE_SERVER": sink.address})


@pytest.fixture
def daemon(sink: Sink, tmp_path: Path) -> Iterator[Daemon]:  # noqa: ARG001 - it must be there
    with Daemon(tmp_path / "home", settings=SETTINGS) as running:
        yield running


def radio(daemon: Daemon, matches: Callable[[Any], bool], after: int = 0) -> Json:
    """News of the radio like this."""

    def fits(message: Json) -> bool:
        return message.get("method") == "radio_changed" and bool(
            message["params"]["radio"] and matches(message["params"]["radio"])
        )

    found: Json = daemon.wait(fits, "such news of the radio", after=after)["params"]["radio"]
    return found


def quiet(sound: Signal) -> float:
    """Seconds of the longest stretch in which nothing is heard, by tenths."""
    whole = sound.shape[1] // STEP * STEP
    levels = np.abs(sound[:, :whole]).max(axis=0).reshape(-1, STEP).max(axis=1)
    longest = running = 0
    for peak in levels:
        running = running + 1 if peak < QUIET else 0
        longest = max(longest, running)
    return longest / 10


def since(sink: Sink, start: int) -> Signal:
    """From the first sound after frame ``start``."""
    begins = start + round(sink.until_heard(start) * SAMPLE_RATE)
    return sink.sound(begins)


@promise("radio:heard-soon")
def test_the_radio_is_heard_within_a_second_of_the_call(daemon: Daemon, sink: Sink) -> None:
    daemon.call("radio_start", prompt="music please")  # what is imported late has been
    daemon.call("radio_stop")
    sink.until_heard(sink.frames, silent=True)
    start = sink.frames
    daemon.call("radio_start", prompt="music please")
    assert sink.until_heard(start) < 1.0


@promise("radio:no-gap")
def test_tracks_join_without_a_gap(daemon: Daemon, sink: Sink) -> None:
    start = sink.frames
    daemon.call("radio_start", prompt="music please")
    sink.until_heard(start)
    played = set()
    for _ in range(3):
        said = len(daemon.said) - 1
        radio(daemon, lambda state: state["next_ready"], said)
        daemon.call("next")
        state = radio(
            daemon,
            lambda state: state["source"] == "generated" and state["track_id"] not in played,
            said,
        )
        played.add(state["track_id"])
        sink.record(2.0)
    assert quiet(since(sink, start)) == 0.0


@promise("radio:obedient")
def test_muting_is_heard_within_eight_tenths_of_a_second(daemon: Daemon, sink: Sink) -> None:
    start = sink.frames
    daemon.call("radio_start", prompt="music please")
    sink.until_heard(start)
    before = level(sink.record(3.0))
    layers = ["drums", "bass", "chords", "pad", "lead", "ambience"]
    daemon.call("radio_steer", mute=layers)
    sink.record(0.8)
    assert level(sink.record(0.4)) < 0.3 * before  # what is left is the room, ringing out
    sink.record(3.0)
    assert float(np.abs(sink.record(0.5)).max()) < QUIET
    daemon.call("radio_steer", unmute=layers)
    sink.record(0.8)
    assert quiet(sink.record(2.0)) < 1.0


@promise("radio:silent-when-left")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_editors_death_is_followed_by_silence_within_a_second(
    sink: Sink, tmp_path: Path, how: signal.Signals
) -> None:
    command = (sys.executable, "-c", EDITOR, *LAUNCH)
    with Daemon(tmp_path / "home", command=command, settings=SETTINGS) as editor:
        start = sink.frames
        editor.call("radio_start", prompt="music please")
        sink.until_heard(start)
        start = sink.frames
        editor.process.send_signal(how)
        assert sink.until_heard(start, silent=True) < 1.0


@promise("radio:no-gap")
@pytest.mark.slow
@pytest.mark.alone
def test_five_minutes_of_radio_have_no_gap(sink: Sink, tmp_path: Path) -> None:
    settings = {**SETTINGS, "backend": "procedural", "nice": 15}
    with Daemon(tmp_path / "home", command=REAL, settings=settings) as daemon:
        start = sink.frames
        daemon.call("radio_start", prompt="rainy jazz")
        sink.until_heard(start)
        for _ in range(30):
            sink.record(10.0)
        sound = since(sink, start)
        assert sound.shape[1] >= 299 * SAMPLE_RATE
        assert quiet(sound) == 0.0
        heard = {each["radio"]["source"] for each in daemon.heard("radio_changed")}
        assert heard == {"engine", "generated"}
        assert daemon.call("status")["playback"]["underruns"] == 0
