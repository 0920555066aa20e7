"""The radio with everything real but the device and the model."""

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from fixtures.hurried import Hurried
from fixtures.workshop import Workshop
from lofi.backends import registry
from lofi.catalogue import Style
from lofi.errors import InvalidBackend, InvalidParams, TrackNotFound
from lofi.library.rows import Query
from lofi.playback.file import FileSource
from lofi.playback.outlet import Way
from lofi.playback.piece import Piece
from lofi.playback.player import Player
from lofi.playback.source import Source
from lofi.radio.director import Policy
from lofi.radio.station import Station, Steering
from lofi.radio.studio import Studio
from lofi.radio.workshop import Workshop as Making

QUICK = Policy(engine_least=4.0, join_fade=2.0, steer_rest=2.0, arrival=600.0)
SECONDS = 30.0


class Room:
    """A station, what it is made of, and all that it said."""

    def __init__(self, root: Path, *, keep: bool = True) -> None:
        self.shop = Workshop(root)
        self.shop.runner.start()
        self.ears = Hurried(keep=keep)
        self.player = Player([Way("hurried", lambda _device: self.ears)], self._find)
        self.told: list[Mapping[str, Any] | None] = []
        self._seen = 0
        """How much of it a test has waited for."""
        self._changed = threading.Condition()
        studio = Studio(
            self.player, self.shop.runner, self.shop.library, self.open_track, self.ears.clock
        )
        self.station = Station(studio, self.making, self.hear, policy=QUICK)

    def making(self, name: str | None, style: Style | None) -> Making:
        return Making(registry.get(name or "fake"), "fake-v1", style)

    def open_track(self, track_id: str) -> Source:
        entry = self.shop.library.get(track_id)
        return FileSource.open(Path(entry.path), entry.recipe.prompt)

    def _find(self, key: str) -> Piece:
        entry = self.shop.library.find(key)
        if entry is None:
            raise TrackNotFound(key)
        return Piece(key, Path(entry.path), entry.recipe.prompt, entry.described())

    def hear(self, state: Mapping[str, Any] | None) -> None:
        with self._changed:
            self.told.append(state)
            self._changed.notify_all()

    def until(self, condition: Callable[[Mapping[str, Any] | None], bool]) -> Mapping[str, Any]:
        """Wait for news like this, said after what was waited for last."""

        def found() -> bool:
            while self._seen < len(self.told):
                self._seen += 1
                if condition(self.told[self._seen - 1]):
                    return True
            return False

        with self._changed:
            assert self._changed.wait_for(found, SECONDS), self.told[-5:]
            return self.told[self._seen - 1] or {}

    def source(self, *origins: str) -> Mapping[str, Any]:
        """Wait until something of this kind is heard."""
        return self.until(lambda state: state is not None and state["source"] in origins)

    def close(self) -> None:
        self.station.close()
        self.player.close()
        self.shop.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.close()


def test_the_engine_is_heard_at_once(room: Room) -> None:
    room.station.start("music please", None, None)
    room.ears.listen(1.0)
    assert np.abs(room.ears.sound[:, -24_000:]).max() > 1e-3
    state = room.source("engine")
    assert (state["prompt"], state["title"], state["track_id"]) == (
        "music please",
        "music please",
        None,
    )
    assert state["key"]
    assert 40 <= state["bpm"] <= 180
    assert all(state["layers"].values())


def test_tracks_join_and_sound_never_stops(room: Room) -> None:
    room.station.start("music please", None, None)
    state = room.source("generated")
    assert state["track_id"] is not None
    assert room.shop.library.get(state["track_id"]).plays >= 0
    room.ears.listen(40.0)
    assert room.ears.quiet <= 1
    assert room.player.state.health.underruns == 0


def test_degenerate_takes_never_go_on_air(room: Room) -> None:
    room.station.start("steady", None, None)
    room.ears.until(lambda: room.shop.library.page(Query()).total > 0)
    room.ears.listen(15.0)
    assert {state["source"] for state in room.told if state} == {"engine"}


def test_next_and_back_are_the_radios(room: Room) -> None:
    room.station.start("music please", None, None)
    first = room.source("engine")
    room.until(lambda state: state is not None and state["next_ready"])
    room.player.next()
    made = room.source("generated")
    room.player.previous()
    assert room.source("engine")["key"] == first["key"]
    room.player.next()
    assert room.source("generated")["track_id"] == made["track_id"]


def test_steering_is_obeyed_and_shown(room: Room) -> None:
    room.station.start("music please", None, None)
    room.source("engine")
    room.station.steer(Steering(key="D minor", bpm=90.0, intensity=0.9, mute=["drums"]))
    state = room.until(lambda state: state is not None and state["bpm"] == 90.0)
    assert (state["key"], state["intensity"], state["layers"]["drums"]) == ("D minor", 0.9, False)
    room.station.steer(Steering(unmute=["drums"]))
    assert room.until(lambda state: state is not None and state["layers"]["drums"])["bpm"] == 90.0


def test_steering_a_track_brings_the_engine_back(room: Room) -> None:
    room.station.start("music please", None, None)
    room.source("generated")
    room.station.steer(Steering(bpm=90.0))
    assert room.source("engine")["bpm"] == 90.0


def test_keeping_the_engine_keeps_what_was_heard(room: Room) -> None:
    room.station.start("raise", None, None)
    room.ears.listen(5.0)
    entry = room.station.keep(3.0)
    assert entry.favorite
    assert entry.seconds == pytest.approx(3.0, abs=0.01)
    assert entry.recipe.prompt == "raise"
    assert entry.notes["kept_from"] == "radio"
    assert room.until(lambda state: state is not None and state["kept"] == 1)


def test_keeping_a_track_makes_it_a_favourite(room: Room) -> None:
    room.station.start("music please", None, None)
    state = room.source("generated")
    entry = room.station.keep(None)
    assert (entry.id, entry.favorite) == (state["track_id"], True)


def test_a_favourite_of_the_same_mood_is_heard_where_nothing_is_ready(room: Room) -> None:
    room.station.start("music piano", None, None)
    state = room.source("generated")
    room.station.keep(None)
    room.station.stop()
    room.until(lambda state: state is None)
    room.station.start("raise piano", None, None)
    assert room.station.playing
    for _ in range(50):
        room.ears.listen(1.0)
        room.player.next()
        if any(told and told["source"] == "favourite" for told in room.told):
            break
    assert room.source("favourite")["track_id"] == state["track_id"]


def test_a_fault_of_our_own_does_not_stop_the_radio(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_query: Query) -> NoReturn:
        raise RuntimeError("a fault of our own")

    monkeypatch.setattr(room.shop.library, "page", broken)
    room.station.start("music please", None, None)
    room.source("generated")
    assert "a fault of our own" in caplog.text


def test_stopping_ends_sound_and_making(room: Room) -> None:
    room.station.start("patient", None, None)
    room.until(lambda state: state is not None and state["generating"])
    room.station.stop()
    room.until(lambda state: state is None)
    room.shop.until(lambda: room.shop.runner.idle)
    assert room.player.state.doing == "stopped"
    assert room.station.described() is None


def test_playing_a_track_ends_the_radio(room: Room) -> None:
    room.station.start("music please", None, None)
    track = room.source("generated")["track_id"]
    room.player.play(track)
    room.until(lambda state: state is None)
    assert not room.station.playing
    assert room.player.state.piece is not None


def test_another_programme_takes_over_from_the_one_there_is(room: Room) -> None:
    room.station.start("music please", None, None)
    room.ears.listen(2.0)
    room.station.start("raise something else", None, None)
    room.until(lambda state: state is not None and state["prompt"] == "raise something else")
    room.ears.listen(3.0)
    assert room.station.playing
    assert room.ears.quiet <= 2


def test_a_style_is_found_or_the_nearest_named(room: Room) -> None:
    with pytest.raises(InvalidParams) as refused:
        room.station.start(None, "jaz lofi", None)
    assert "jazz-lofi" in refused.value.hint
    room.station.start(None, "jazz lofi", None)
    assert room.source("engine")["style"] == "Jazz Lofi"


def test_what_cannot_be_used_is_said_and_what_plays_goes_on(room: Room) -> None:
    room.station.start("music please", None, None)
    with pytest.raises(InvalidBackend):
        room.station.start("music please", None, "nobody")
    with pytest.raises(InvalidParams):
        room.station.steer(Steering(key="rain"))
    assert room.station.playing


def test_without_a_programme_there_is_nothing_to_steer_or_keep(room: Room) -> None:
    with pytest.raises(InvalidParams, match="not on"):
        room.station.keep(None)
    with pytest.raises(InvalidParams, match="not on"):
        room.station.steer(Steering(bpm=90.0))


def memory() -> int:
    """Of this process, in KiB."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


@pytest.mark.slow
def test_half_an_hour_of_radio_has_no_gap_and_needs_no_more_memory(tmp_path: Path) -> None:
    room = Room(tmp_path, keep=False)
    room.station.start("music please", None, None)
    room.until(lambda state: state is not None)
    samples = []
    for _ in range(30):
        end = room.ears.clock() + 60
        while room.ears.clock() < end:
            room.ears.listen(1.0)
        samples.append(memory())
    heard = {state["source"] for state in room.told if state}
    assert heard == {"engine", "generated"}
    assert room.player.state.health.underruns == 0
    assert room.ears.quiet <= 1
    assert max(samples[15:]) - max(samples[5:15]) < 20_000
    room.close()
