"""Tracks that start from other tracks, asked for by a client."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fixtures.daemon import Daemon


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def daemon(home: Path) -> Iterator[Daemon]:
    with Daemon(home) as running:
        yield running


def test_a_track_of_the_library_can_be_started_from(daemon: Daemon) -> None:
    first = daemon.make(duration_sec=1)
    second = daemon.make(duration_sec=1, start_from=first["track_id"])
    assert second["began_with"] == first["bytes"]
    assert second["track_id"] != first["track_id"]


@pytest.mark.parametrize("name", ["0" * 16, "../../etc/passwd", "/etc/passwd", ""])
def test_nothing_else_can(daemon: Daemon, name: str) -> None:
    refused = daemon.refusal("generate", prompt="steady", start_from=name)
    assert refused.name == "TRACK_NOT_FOUND"


def test_a_sound_that_has_gone_when_its_turn_comes_fails_the_job_alone(daemon: Daemon) -> None:
    first = daemon.make(duration_sec=1)
    blocking = daemon.call("generate", prompt="patient")["track_id"]
    asked = {"prompt": "steady", "duration_sec": 1, "start_from": first["track_id"]}
    track = daemon.call("generate", **asked)["track_id"]
    daemon.call("library_delete", track_id=first["track_id"])
    daemon.call("cancel", track_id=blocking)
    failure = daemon.hear("generation_error", track_id=track)
    assert (failure["code"], first["path"] in failure["message"]) == ("INVALID_PARAMS", True)
    daemon.make(duration_sec=1)


def test_a_job_that_waited_still_knows_its_sound_in_the_next_daemon(home: Path) -> None:
    with ExitStack() as ends:
        daemon = ends.enter_context(Daemon(home))
        first = daemon.make(duration_sec=1)
        running = daemon.call("generate", prompt="patient")["track_id"]
        asked = {"prompt": "steady", "duration_sec": 1, "start_from": first["track_id"]}
        track = daemon.call("generate", **asked)["track_id"]
        daemon.kill()
        second = ends.enter_context(Daemon(home))
        second.call("cancel", track_id=running)
        made = second.hear("generation_complete", track_id=track)
        assert made["began_with"] == first["bytes"]
