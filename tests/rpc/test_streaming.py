"""A client that listens before a track is done."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import soundfile

from fixtures.daemon import Daemon


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def daemon(home: Path) -> Iterator[Daemon]:
    with Daemon(home) as running:
        yield running


def half_heard(daemon: Daemon) -> tuple[str, Path]:
    """A job that stays half way through, and where it can be heard."""
    asked = {"prompt": "patient stream", "duration_sec": 4, "stream": True}
    track = daemon.call("generate", **asked)["track_id"]
    told = daemon.hear("generation_chunk", track_id=track, frames=14_400)
    assert (told["sample_rate"], told["seconds"]) == (8_000, 1.8)
    return track, Path(told["path"])


def parts(daemon: Daemon) -> list[str]:
    return [path.name for path in (daemon.library / "tracks").iterdir() if path.suffix == ".part"]


def test_its_beginning_can_be_heard_and_is_gone_when_it_is_given_up(daemon: Daemon) -> None:
    track, growing = half_heard(daemon)
    assert soundfile.read(growing)[0].shape == (14_400, 2)
    daemon.call("cancel", track_id=track)
    daemon.hear("generation_cancelled", track_id=track)
    assert parts(daemon) == []


def test_a_client_is_told_when_it_may_begin_to_play(daemon: Daemon) -> None:
    track, _ = half_heard(daemon)
    told = daemon.heard("generation_chunk", track_id=track)
    assert [each["playable"] for each in told] == [each["starts_in_sec"] == 0 for each in told]
    assert told[0]["starts_in_sec"] > 0, "a fifth of a second says too little to begin on"
    assert told[-1]["playable"], "and 1.8 s that took next to nothing are enough for four"


def test_the_finished_track_takes_over(daemon: Daemon) -> None:
    track = daemon.call("generate", prompt="steady stream", duration_sec=1, stream=True)["track_id"]
    made = daemon.hear("generation_complete", track_id=track)
    told = daemon.heard("generation_chunk", track_id=track)
    assert [each["frames"] for each in told] == [*range(400, 7_600, 400), 8_000]
    assert not Path(told[-1]["path"]).exists()
    assert soundfile.info(made["path"]).frames == 8_000
    assert parts(daemon) == []


def test_a_backend_that_gives_out_nothing_before_the_end_says_so_once(daemon: Daemon) -> None:
    track = daemon.call("generate", prompt="steady", duration_sec=1, stream=True)["track_id"]
    daemon.hear("generation_complete", track_id=track)
    (told,) = daemon.heard("generation_chunk")
    assert (told["frames"], told["playable"], told["starts_in_sec"]) == (8_000, True, 0)


def test_nobody_is_told_who_did_not_ask(daemon: Daemon) -> None:
    daemon.make(prompt="steady stream", duration_sec=1)
    assert daemon.heard("generation_chunk") == []


def test_what_a_dead_daemon_let_be_heard_is_swept_away(home: Path) -> None:
    with ExitStack() as ends:
        first = ends.enter_context(Daemon(home))
        track, growing = half_heard(first)
        first.kill()
        second = ends.enter_context(Daemon(home))
        second.call("cancel", track_id=track)
        second.hear("generation_cancelled", track_id=track)
        assert not growing.exists()
        assert parts(second) == []
