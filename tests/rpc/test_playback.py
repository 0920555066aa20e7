"""The methods about playing, of a daemon that plays to nowhere in real time."""

from collections.abc import Iterator

import pytest

from fixtures.daemon import Daemon, Refused, until
from lofi.rpc import heard

LONG = 60


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("shared")) as running:
        yield running


@pytest.fixture
def daemon(shared: Daemon) -> Iterator[Daemon]:
    """Nothing plays, nothing is in the list."""
    yield shared
    shared.call("stop")
    shared.call("playlist_clear")
    shared.call("playlist_set", loop="off", shuffle=False)
    shared.call("prefetch_config", enabled=False, trigger=None)


def make(daemon: Daemon, prompt: str = "steady", seconds: int = LONG, seed: int = 1) -> str:
    track = daemon.make(prompt, duration_sec=seconds, seed=seed)
    track_id: str = track["track_id"]
    return track_id


def test_a_track_plays_pauses_goes_on_and_stops(daemon: Daemon) -> None:
    track_id = make(daemon)
    after = len(daemon.said)
    told = heard.Playback.model_validate(daemon.call("play", track_id=track_id))
    assert (told.state, told.source, told.output) == ("playing", "track", "null")
    assert told.track is not None
    assert told.track.track_id == track_id
    assert told.position.playing
    assert daemon.hear("playback_started", after=after)["track"]["track_id"] == track_id
    assert until(lambda: daemon.call("playback_status")["position"]["position"] > 0.2)
    paused = daemon.call("pause")
    assert (paused["state"], paused["position"]["playing"]) == ("paused", False)
    daemon.hear("playback_paused", after=after)
    assert daemon.call("resume")["state"] == "playing"
    daemon.hear("playback_resumed", after=after)
    assert daemon.call("toggle")["state"] == "paused"
    assert daemon.call("toggle")["state"] == "playing"
    stopped = daemon.call("stop")
    assert (stopped["state"], stopped["track"], stopped["source"]) == ("stopped", None, None)
    ended = daemon.hear("playback_ended", after=after)
    assert ended == {"track_id": track_id, "reason": "stopped", "message": None}
    assert daemon.call("library_get", track_id=track_id)["plays"] >= 1


def test_a_reply_goes_before_what_its_call_caused(daemon: Daemon) -> None:
    track_id = make(daemon)
    after = len(daemon.said)
    daemon.call("play", track_id=track_id)
    daemon.hear("playback_started", after=after)
    kinds = [each.get("method", "reply") for each in daemon.said[after:]]
    assert kinds.index("reply") < kinds.index("playback_started")


def test_winding(daemon: Daemon) -> None:
    daemon.call("play", track_id=make(daemon))
    daemon.call("seek", position_sec=30)
    assert until(lambda: daemon.call("playback_status")["position"]["position"] >= 30.0)
    daemon.call("seek", offset_sec=-20)
    assert until(lambda: 10 <= daemon.call("playback_status")["position"]["position"] < 30)


def test_volume_and_muting(daemon: Daemon) -> None:
    after = len(daemon.said)
    assert daemon.call("volume_set", level=0.5)["volume"] == 0.5
    assert daemon.call("volume_set", delta=-0.2)["volume"] == pytest.approx(0.3)
    assert daemon.call("volume_set", delta=-1)["volume"] == 0.0
    assert daemon.call("mute")["muted"]
    assert daemon.call("volume_get") == {"volume": 0.0, "muted": True}
    assert not daemon.call("mute", muted=False)["muted"]
    assert daemon.call("volume_set", level=0.7)["volume"] == 0.7
    daemon.hear("volume_changed", after=after, volume=0.7, muted=False)
    daemon.call("duck", active=True, level=0.1)
    daemon.call("duck", active=False)


def test_a_list_goes_through_its_tracks(daemon: Daemon) -> None:
    ids = [make(daemon, seconds=1, seed=seed) for seed in (1, 2, 3)]
    after = len(daemon.said)
    told = daemon.call("play", track_ids=ids)
    assert (told["playlist_length"], told["playlist_index"]) == (3, 0)
    for track_id in ids:
        daemon.hear("playback_ended", after=after, track_id=track_id, reason="finished")
    assert [each["track"]["track_id"] for each in daemon.heard("playback_started")][-3:] == ids
    assert until(lambda: daemon.call("playback_status")["state"] == "stopped")


def test_the_list_is_changed_and_told(daemon: Daemon) -> None:
    one, two, three = (make(daemon, seed=seed) for seed in (1, 2, 3))
    for track_id in (one, two, three):
        daemon.call("playlist_add", track_id=track_id)
    daemon.call("playlist_move", track_id=three, position=0)
    daemon.call("playlist_remove", track_id=one)
    daemon.call("playlist_add", track_id=one, position=1)
    daemon.call("playlist_set", loop="all", shuffle=True)
    told = heard.Playlist.model_validate(daemon.call("playlist_get"))
    assert [track.track_id for track in told.tracks] == [three, one, two]
    assert (told.index, told.loop, told.shuffle) == (None, "all", True)
    daemon.hear("playlist_changed", track_ids=[three, one, two], shuffle=True, loop="all")
    assert daemon.call("playlist_clear")["playlist_length"] == 0


def test_a_track_that_is_deleted_leaves_the_list(daemon: Daemon) -> None:
    track_id = make(daemon, seed=9)
    daemon.call("playlist_add", track_id=track_id)
    daemon.call("library_delete", track_id=track_id)
    assert daemon.call("playlist_get")["tracks"] == []


def test_next_and_previous_and_the_older_name(daemon: Daemon) -> None:
    ids = [make(daemon, seed=seed) for seed in (1, 2, 3)]
    daemon.call("play", track_ids=ids)
    assert daemon.call("next")["playlist_index"] == 1
    assert daemon.call("skip")["playlist_index"] == 2
    assert daemon.call("previous")["playlist_index"] == 1
    assert daemon.call("crossfade_set", duration_sec=0)["crossfade_sec"] == 0
    assert daemon.call("crossfade_set", duration_sec=2)["crossfade_sec"] == 2


def test_the_next_track_is_made_ahead(daemon: Daemon) -> None:
    track_id = make(daemon, seconds=5)
    told = daemon.call(
        "prefetch_config",
        enabled=True,
        strategy="preset_cycle",
        presets=["slow rain"],
        trigger=0,
    )
    assert heard.Prefetch.model_validate(told).trigger == 0
    after = len(daemon.said)
    daemon.call("play", track_id=track_id)
    made = daemon.hear("generation_complete", after=after)
    assert (made["prompt"], made["duration_sec"]) == ("slow rain", 5.0)
    assert any(each["prefetch_pending"] for each in daemon.heard("queue_changed"))
    assert until(lambda: not daemon.call("queue_status")["prefetch_pending"])
    assert until(lambda: daemon.call("playback_status")["playlist_length"] == 1)


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("play", {"track_id": "0" * 16}, "TRACK_NOT_FOUND"),
        ("play", {"track_id": "../../etc/passwd"}, "TRACK_NOT_FOUND"),
        ("playlist_add", {"track_id": "0" * 16}, "TRACK_NOT_FOUND"),
        ("playlist_remove", {"track_id": "0" * 16}, "TRACK_NOT_FOUND"),
        ("playlist_move", {"track_id": "0" * 16, "position": 0}, "TRACK_NOT_FOUND"),
        ("play", {"track_ids": []}, None),
        ("play", {"track_ids": ["0" * 16], "track_id": "0" * 16}, None),
        ("seek", {}, None),
        ("seek", {"position_sec": 1, "offset_sec": 1}, None),
        ("seek", {"position_sec": 1}, None),
        ("volume_set", {}, None),
        ("volume_set", {"level": 1.1}, None),
        ("volume_set", {"level": True}, None),
        ("crossfade_set", {"duration_sec": 12.1}, None),
        ("playlist_set", {"loop": "twice"}, None),
        ("prefetch_config", {"strategy": "none"}, None),
        ("prefetch_config", {"presets": [""]}, "INVALID_PROMPT"),
        ("audio_device_set", {"device": "Loud"}, None),
    ],
)
def test_what_cannot_be_is_refused(
    daemon: Daemon, method: str, params: dict[str, object], code: str | None
) -> None:
    refused: Refused = daemon.refusal(method, **params)
    assert refused.name == (code or "")
    assert daemon.call("playback_status")["state"] == "stopped"


def test_without_sound_playing_is_refused_and_the_rest_is_not(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with Daemon(tmp_path_factory.mktemp("mute"), settings={"audio_output": "none"}) as mute:
        track_id = make(mute)
        refused = mute.refusal("play", track_id=track_id)
        assert (refused.code, refused.name) == (-32018, "AUDIO_DEVICE_ERROR")
        told = mute.call("playback_status")
        assert (told["state"], told["output"]) == ("stopped", "none")
        assert "audio_output" in told["problem"]["recovery"]
        assert mute.call("audio_devices") == {"current": None, "available": []}
        for method, params in (
            ("volume_set", {"level": 0.5}),
            ("playlist_add", {"track_id": track_id}),
            ("playlist_get", {}),
            ("pause", {}),
            ("stop", {}),
            ("mute", {}),
        ):
            mute.call(method, **params)


def test_the_volume_outlasts_the_daemon(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("volume")
    for level, expected in ((0.3, 0.7), (0.0, 0.3), (0.5, 0.3)):
        with Daemon(home) as daemon:
            assert daemon.call("volume_get")["volume"] == expected
            daemon.call("volume_set", level=level)


def test_by_the_settings_a_finished_track_is_played_if_nothing_is(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with Daemon(tmp_path_factory.mktemp("auto"), settings={"autoplay": True}) as daemon:
        first = make(daemon)
        daemon.hear("playback_started")
        make(daemon, seed=2)
        (started,) = daemon.heard("playback_started")
        assert started["track"]["track_id"] == first


def test_a_daemon_that_plays_is_not_idle(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Daemon(tmp_path_factory.mktemp("idle"), settings={"idle_timeout_sec": 1}) as daemon:
        daemon.call("play", track_id=make(daemon, seconds=3))
        ended = daemon.hear("playback_ended")
        assert ended["reason"] == "finished"
        assert daemon.exit_code() == 0


def test_the_status_tells_how_well_mixing_keeps_up(daemon: Daemon) -> None:
    daemon.call("play", track_id=make(daemon))
    assert until(lambda: daemon.call("status")["playback"]["mixed_sec"] > 0.5)
    told = daemon.call("status")["playback"]
    assert (told["state"], told["output"]) == ("playing", "null")
