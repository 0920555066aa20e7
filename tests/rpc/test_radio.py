"""The radio over the wire, with a device that nobody hears."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.daemon import Daemon, Json, until

QUIET = {"audio_output": "null"}


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("radio") / "home", settings=QUIET) as running:
        yield running


@pytest.fixture(autouse=True)
def off(daemon: Daemon) -> Iterator[None]:
    """Each test begins and ends in silence."""
    yield
    daemon.call("timer_stop")
    daemon.call("radio_stop")
    daemon.call("stop")


def radio(daemon: Daemon, matches: Callable[[Any], bool], after: int = 0) -> Json:
    """News of the radio like this."""

    def fits(message: Json) -> bool:
        if message.get("method") != "radio_changed":
            return False
        state = message["params"]["radio"]
        return state is not None and matches(state)

    found: Json = daemon.wait(fits, "such news of the radio", after=after)["params"]["radio"]
    return found


def test_it_is_answered_with_what_plays(daemon: Daemon) -> None:
    state = daemon.call("radio_start", prompt="music please")
    assert (state["state"], state["source"], state["track"]) == ("playing", "radio", None)
    assert state["radio"]["prompt"] == state["radio"]["title"] == "music please"
    assert state["radio"]["source"] == "engine"
    assert state["duration_sec"] is None
    assert daemon.call("playback_status")["radio"]["prompt"] == "music please"


def test_tracks_are_made_in_the_background_and_next_goes_to_one(daemon: Daemon) -> None:
    before = len(daemon.said)
    daemon.call("radio_start", prompt="music please")
    radio(daemon, lambda state: state["next_ready"], before)
    queued = daemon.hear("generation_queued", after=before)
    assert queued["background"] is True
    assert queued["priority"] == "normal"
    daemon.call("next")
    state = radio(daemon, lambda state: state["source"] == "generated", before)
    assert state["track_id"] == queued["track_id"]
    daemon.call("previous")
    after = len(daemon.said)
    radio(daemon, lambda state: state["source"] == "engine", after - 1)


def test_what_is_heard_is_kept(daemon: Daemon) -> None:
    before = len(daemon.said)
    daemon.call("radio_start", prompt="music please")
    radio(daemon, lambda state: state["next_ready"], before)
    daemon.call("next")
    state = radio(daemon, lambda state: state["source"] == "generated", before)
    kept = daemon.call("keep")
    assert kept["track_id"] == state["track_id"]
    assert daemon.call("library_get", track_id=kept["track_id"])["favorite"] is True
    assert until(lambda: bool(daemon.call("playback_status")["position"]["position"] > 1.5))
    cut = daemon.call("keep", seconds=1)
    track = daemon.call("library_get", track_id=cut["track_id"])
    assert (track["favorite"], track["kept_from"], track["path"]) == (True, "radio", cut["path"])
    assert Path(cut["path"]).exists()
    assert radio(daemon, lambda state: state["kept"] == 2, before)


def test_it_is_steered(daemon: Daemon) -> None:
    daemon.call("radio_start", prompt="music please")
    state = daemon.call("radio_steer", key="D minor", bpm=90, intensity=0.8, mute=["drums"])[
        "radio"
    ]
    assert (state["key"], state["bpm"], state["intensity"]) == ("D minor", 90, 0.8)
    assert [name for name, heard in state["layers"].items() if not heard] == ["drums"]
    assert daemon.call("radio_steer", unmute=["drums"])["radio"]["layers"]["drums"]
    assert daemon.call("radio_steer", like="more")["radio"]["prompt"] == "music please"


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("radio_start", {"style": "jaz lofi"}, "jazz-lofi"),
        ("radio_start", {"prompt": "x" * 1001}, "1001"),
        ("radio_start", {"backend": "nobody"}, "nobody"),
        ("radio_steer", {"intensity": 2}, "intensity"),
        ("radio_steer", {"bpm": 300}, "bpm"),
        ("radio_steer", {"mute": ["everything"]}, "mute"),
        ("radio_steer", {"bpm": 80}, "radio_start"),
        ("keep", {}, "radio_start"),
        ("keep", {"seconds": 0}, "seconds"),
        ("timer_start", {"focus_min": 0}, "focus_min"),
    ],
)
def test_bad_input_is_refused_and_the_reason_named(
    daemon: Daemon, method: str, params: Json, words: str
) -> None:
    refused = daemon.refusal(method, **params)
    assert words in f"{refused.error['message']} {refused.error.get('data')}"


def test_stopping_ends_it(daemon: Daemon) -> None:
    before = len(daemon.said)
    daemon.call("radio_start", prompt="patient")
    radio(daemon, lambda state: state["generating"], before)
    state = daemon.call("radio_stop")
    assert (state["state"], state["radio"]) == ("stopped", None)
    daemon.hear("generation_cancelled", after=before)
    daemon.hear("radio_changed", radio=None, after=before)


def test_the_players_stop_ends_it_too(daemon: Daemon) -> None:
    before = len(daemon.said)
    daemon.call("radio_start", prompt="music please")
    daemon.call("stop")
    daemon.hear("radio_changed", radio=None, after=before)


def test_somebody_elses_track_goes_before_the_radios(daemon: Daemon) -> None:
    before = len(daemon.said)
    daemon.call("radio_start", prompt="patient")
    radio(daemon, lambda state: state["generating"], before)
    daemon.hear("generation_start", prompt="patient", after=before)
    daemon.make("steady", seed=77)


def test_the_timer_is_told_and_shown(daemon: Daemon) -> None:
    before = len(daemon.said)
    state = daemon.call("timer_start", focus_min=25, break_min=5)["timer"]
    assert (state["phase"], state["round"], state["focus_min"]) == ("focus", 1, 25)
    assert 1499 < state["remaining_sec"] <= 1500
    assert daemon.hear("timer_changed", after=before)["timer"]["phase"] == "focus"
    assert daemon.call("timer_stop")["timer"] is None
    daemon.hear("timer_changed", timer=None, after=before)


def test_music_fades_for_a_break_and_comes_back_for_work(daemon: Daemon) -> None:
    before = len(daemon.said)
    daemon.call("radio_start", prompt="music please")
    daemon.call("timer_start", focus_min=0.01, break_min=0.02)
    daemon.hear("playback_paused", after=before)
    daemon.hear("playback_resumed", after=before)


def test_without_a_device_the_radio_says_what_to_do(tmp_path: Path) -> None:
    with Daemon(tmp_path / "home", settings={"audio_output": "none"}) as mute:
        refused = mute.refusal("radio_start", prompt="music please")
        assert refused.name == "AUDIO_DEVICE_ERROR"
        assert "audio_output" in refused.error["data"]["recovery"]
        assert mute.call("playback_status")["radio"] is None
        assert mute.call("queue_status")["current"] is None
