"""The player, heard by an output whose time is the test's own."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from fixtures.sound import SECONDS, Room, ToneSource, level, pitch
from lofi.errors import AudioDeviceError, AudioPlaybackError, InvalidParams, TrackNotFound
from lofi.playback.events import (
    Changed,
    Ended,
    Nearing,
    Paused,
    PlaylistChanged,
    Reason,
    Resumed,
    Started,
    VolumeChanged,
)
from lofi.playback.outlet import Outlet
from lofi.playback.player import Player, Setting
from lofi.playback.playlist import Loop
from lofi.playback.state import Doing
from lofi.sound.pcm import Signal


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    for key, hertz in (("a", 440), ("b", 550), ("c", 660)):
        room.add(key, hertz, 2.0)
    yield room
    room.close()


def peak(sound: Signal) -> float:
    return float(np.abs(sound).max())


def started(key: str) -> Callable[[object], bool]:
    return lambda event: (
        isinstance(event, Started) and event.piece is not None and (event.piece.key == key)
    )


def ended(key: str, reason: Reason) -> Callable[[object], bool]:
    return lambda event: (
        isinstance(event, Ended)
        and event.piece is not None
        and (event.piece.key, event.reason) == (key, reason)
    )


def test_a_track_is_heard_and_the_state_says_so(room: Room) -> None:
    room.player.play("a")
    state = room.player.state
    assert (state.doing, state.title, state.duration) == (Doing.PLAYING, "A", 2.0)
    assert (state.output, state.problem) == ("stereo", None)
    sound = room.stereo.hear(1.0)
    assert pitch(sound[0, 9_600:]) == pytest.approx(440, abs=0.5)
    assert room.player.state.position == pytest.approx(1.0)
    assert not room.player.idle


def test_at_its_end_it_is_over(room: Room) -> None:
    room.player.play("a")
    room.stereo.hear(2.2)
    room.wait(ended("a", Reason.FINISHED))
    room.wait(lambda event: isinstance(event, Changed) and room.player.idle)
    assert room.player.state.doing is Doing.STOPPED
    assert not room.stereo.hear(0.2).any()


def test_a_list_is_played_through_without_a_gap(room: Room) -> None:
    room.player.play_all(["a", "b", "c"])
    parts = []
    for key in "bc":
        room.wait_until(partial(room.follows, key))
        parts.append(room.stereo.hear(2.05))
    sound = np.concatenate([*parts, room.stereo.hear(2.1)], axis=1)
    for number, hertz in enumerate((440, 550, 660)):
        part = sound[0, number * 96_000 + 4_800 : (number + 1) * 96_000 - 4_800]
        assert pitch(part) == pytest.approx(hertz, abs=0.5)
    loud = np.array([level(sound[0, at : at + 480]) for at in range(1_440, 287_000, 480)])
    assert loud.min() > 0.05
    room.wait(ended("c", Reason.FINISHED))
    keys = [event.piece.key for event in room.events if isinstance(event, Started) and event.piece]
    assert keys == ["a", "b", "c"]
    assert room.player.state.index == 2


def test_tracks_are_crossfaded(tmp_path: Path) -> None:
    room = Room(tmp_path, Setting(crossfade=1.0))
    for key, hertz in (("a", 440), ("b", 660)):
        room.add(key, hertz, 5.0)
    room.player.play_all(["a", "b"])
    room.wait_until(lambda: room.follows("b"))
    room.stereo.hear(4.4)
    sound = room.stereo.hear(0.2)[0]
    for hertz in (440, 660):
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(sound.size)))
        assert spectrum[round(hertz * 0.2)] > 0.3 * spectrum.max()
    room.wait(started("b"))
    room.close()


def test_a_loop_goes_on(room: Room) -> None:
    room.player.lineup.arrange(loop=Loop.ALL)
    room.player.play_all(["a", "b"])
    room.hear_until(ended("b", Reason.FINISHED))
    room.hear_until(started("a"), after=room.events.index(room.wait(started("b"))))


def test_nothing_that_a_key_does_clicks(tmp_path: Path) -> None:
    room = Room(tmp_path)
    for key in "ab":
        room.add(key, 100, 60.0)
    player = room.player
    player.play_all(["a", "b"])
    parts = [room.stereo.hear(0.5)]
    for act in (
        player.pause,
        player.resume,
        partial(player.set_volume, 0.1),
        partial(player.set_volume, 1.0),
        player.mute,
        player.mute,
        partial(player.duck, active=True),
        partial(player.seek, to=30.003),
        player.next,
        player.previous,
        player.stop,
    ):
        act()
        parts.append(room.stereo.hear(0.2))
    sound = np.concatenate(parts, axis=1)[0]
    assert np.abs(np.diff(sound)).max() < 0.03 * peak(sound)
    room.close()


def test_pausing_stays_where_it_is(room: Room) -> None:
    room.player.play("a")
    room.stereo.hear(0.5)
    room.player.pause()
    room.player.pause()
    assert not room.stereo.hear(1.0)[:, 1_440:].any()
    state = room.player.state
    assert state.doing is Doing.PAUSED
    assert state.position == pytest.approx(0.51, abs=0.011)
    assert room.player.idle
    room.player.resume()
    room.player.resume()
    assert level(room.stereo.hear(0.3)[0, 1_440:]) > 0.08
    kinds = [type(event) for event in room.events]
    assert (kinds.count(Paused), kinds.count(Resumed)) == (1, 1)


def test_stopping_is_silent_at_once(room: Room) -> None:
    room.player.play("a")
    room.stereo.hear(0.5)
    room.player.stop()
    sound = room.stereo.hear(0.5)
    assert np.abs(np.diff(sound[0])).max() < 0.02
    assert not sound[:, 1_440:].any()
    assert room.player.state.doing is Doing.STOPPED
    assert ended("a", Reason.STOPPED)(room.wait(lambda event: isinstance(event, Ended)))


def test_next_and_previous(room: Room) -> None:
    room.player.play_all(["a", "b", "c"])
    room.stereo.hear(0.5)
    room.player.next()
    assert room.player.state.title == "B"
    room.stereo.hear(0.5)
    room.player.previous()
    assert room.player.state.title == "A"
    for _ in range(3):
        room.player.next()
    assert room.player.state.doing is Doing.STOPPED


def test_previous_begins_again_once_a_track_is_under_way(tmp_path: Path) -> None:
    room = Room(tmp_path)
    for key in "ab":
        room.add(key, 440, 6.0)
    room.player.play_all(["a", "b"])
    room.player.next()
    room.stereo.hear(3.5)
    room.player.previous()
    room.stereo.hear(0.1)
    assert room.player.state.title == "B"
    assert room.player.state.position == pytest.approx(0.1, abs=0.02)
    room.close()


def test_winding_forth_and_back(room: Room) -> None:
    room.player.play("a")
    room.stereo.hear(0.5)
    room.player.seek(to=1.5)
    room.stereo.hear(0.1)
    assert room.player.state.position == pytest.approx(1.6, abs=0.02)
    room.player.seek(by=-1.0)
    room.stereo.hear(0.1)
    assert room.player.state.position == pytest.approx(0.7, abs=0.03)
    room.player.seek(to=99.0)
    room.stereo.hear(0.2)
    room.wait(ended("a", Reason.FINISHED))


def test_after_winding_back_from_the_end_the_next_still_follows(room: Room) -> None:
    room.player.play_all(["a", "b"])
    room.stereo.hear(1.2)
    room.wait(lambda event: isinstance(event, Nearing))
    room.player.seek(to=0.2)
    room.stereo.hear(2.0)
    room.wait(started("b"))


def test_what_follows_is_what_the_list_says_last(room: Room) -> None:
    room.player.play_all(["a", "b"])
    room.stereo.hear(0.5)
    room.wait(lambda event: isinstance(event, Nearing))
    room.player.lineup.remove("b")
    room.player.lineup.add("c")
    room.stereo.hear(2.0)
    room.wait(started("c"))
    assert not any(map(started("b"), room.events))


def test_a_track_beside_the_list_is_followed_by_the_list(room: Room) -> None:
    room.player.lineup.add("b")
    room.player.play("a")
    assert room.player.state.index is None
    room.stereo.hear(2.3)
    room.wait(started("b"))


def test_a_file_that_is_gone_is_passed_over(room: Room) -> None:
    room.pieces["b"].path.unlink()
    room.player.play_all(["a", "b", "c"])
    room.stereo.hear(2.3)
    room.wait(started("c"))
    broken = room.wait(ended("b", Reason.ERROR))
    assert isinstance(broken, Ended)
    assert "no such file" in (broken.message or "")
    assert room.player.state.playlist == ("a", "c")


def test_what_cannot_be_played_is_an_error_and_changes_nothing(room: Room) -> None:
    room.player.play("a")
    room.pieces["b"].path.write_bytes(b"no sound")
    with pytest.raises(AudioPlaybackError):
        room.player.play("b")
    with pytest.raises(TrackNotFound):
        room.player.play("unknown")
    with pytest.raises(TrackNotFound):
        room.player.play_all(["b", "unknown"])
    assert room.player.state.title == "A"
    assert room.player.state.doing is Doing.PLAYING


def test_going_on_means_the_list_or_the_newest(room: Room) -> None:
    room.player.play()
    assert room.player.state.title == "C"
    room.player.stop()
    room.player.lineup.add("a")
    room.player.play()
    assert room.player.state.title == "A"


def test_with_nothing_to_play_it_says_so(tmp_path: Path) -> None:
    room = Room(tmp_path)
    with pytest.raises(TrackNotFound, match="no track"):
        room.player.play()
    with pytest.raises(InvalidParams):
        room.player.seek(to=1.0)
    room.player.pause()
    room.player.resume()
    room.player.stop()
    room.player.next()
    room.player.previous()
    assert room.events == []
    room.close()


def test_an_offer_is_taken_up_only_in_silence(room: Room) -> None:
    room.player.offer("a")
    room.wait(started("a"))
    room.player.offer("b")
    room.stereo.hear(2.3)
    room.wait(ended("a", Reason.FINISHED))
    assert not any(map(started("b"), room.events))


def test_volume_muting_and_making_room(room: Room) -> None:
    player = room.player
    player.play("a")
    loud = peak(room.stereo.hear(0.3)[0, 4_800:])
    player.set_volume(0.25)
    assert peak(room.stereo.hear(0.2)[0, 1_440:]) == pytest.approx(loud / 4, rel=1e-4)
    player.mute()
    assert not room.stereo.hear(0.2)[:, 1_440:].any()
    player.mute(on=False)
    player.set_volume(1.5)
    player.duck(active=True, level=0.1)
    room.stereo.hear(0.3)
    assert peak(room.stereo.hear(0.1)[0]) == pytest.approx(loud / 10, rel=1e-4)
    player.duck(active=False)
    player.fade_to(0.5, 0.1)
    room.stereo.hear(0.3)
    assert peak(room.stereo.hear(0.1)[0]) == pytest.approx(loud / 2, rel=1e-4)
    told = [event for event in room.events if isinstance(event, VolumeChanged)]
    assert [(each.volume, each.muted) for each in told] == [
        (0.25, False),
        (0.25, True),
        (0.25, False),
        (1.0, False),
    ]


def test_the_volume_outlasts_the_player_but_silence_does_not(tmp_path: Path) -> None:
    setting = Setting(volume=0.7, memory=tmp_path / "player.json")
    first = Room(tmp_path, setting)
    assert first.player.state.volume == 0.7
    first.player.set_volume(0.4)
    first.player.set_volume(0.0)
    first.close()
    second = Room(tmp_path, setting)
    assert second.player.state.volume == 0.4
    second.close()


def test_without_an_output_playing_is_an_error_and_the_rest_is_not(room: Room) -> None:
    room.stereo.works = False
    with pytest.raises(AudioDeviceError, match="unplugged") as caught:
        room.player.play("a")
    state = room.player.state
    assert (state.doing, state.output) == (Doing.STOPPED, "none")
    assert state.problem is not None
    assert (state.problem.message, state.problem.recovery) == (
        caught.value.message,
        caught.value.hint,
    )
    room.player.set_volume(0.5)
    room.player.lineup.add("a")
    room.stereo.works = True
    room.player.play("a")
    assert (room.player.state.problem, room.player.state.output) == (None, "stereo")


def test_an_output_that_goes_away_is_opened_again(room: Room) -> None:
    room.player.play("a")
    room.stereo.hear(0.5)
    room.stereo.trouble = "unplugged"
    room.wait(lambda event: isinstance(event, Changed) and room.stereo.opened == 2)
    assert room.player.state.position == pytest.approx(0.5, abs=0.01)
    assert level(room.stereo.hear(0.2)[0]) > 0.08


def test_one_that_stays_away_is_a_problem_and_is_looked_for(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lofi.playback.stage.RETRY_TICKS", 1)
    room.player.play("a")
    room.stereo.hear(0.5)
    room.stereo.works = False
    room.stereo.trouble = "unplugged"
    room.wait(lambda event: isinstance(event, Changed) and room.player.state.problem is not None)
    assert room.player.idle
    seen = len(room.events)
    room.stereo.works = True
    room.wait(lambda event: isinstance(event, Changed), after=seen)
    assert room.player.state.doing is Doing.PLAYING
    assert room.player.state.position == pytest.approx(0.5, abs=0.01)


def closed(outlet: Outlet) -> bool:
    return not outlet.is_open


def test_a_player_at_rest_lets_go_of_the_device(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lofi.playback.player.TICK_SECONDS", 0.01)
    room.player.play("a")
    room.stereo.hear(0.5)
    room.player.stop()
    room.stereo.hear(0.1)
    seen = len(room.events)
    room.player.offer("b")
    room.wait(started("b"), after=seen)
    room.player.stop()
    room.stereo.hear(0.1)
    room.wait_until(lambda: closed(room.player._outlet))


class Radio:
    """A programme that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def next(self) -> None:
        self.told.append("next")

    def previous(self) -> None:
        self.told.append("previous")

    def ended(self, reason: Reason) -> None:
        self.told.append(reason)


def test_a_programme_has_the_air_until_a_track_is_played(room: Room) -> None:
    radio, first, second = Radio(), ToneSource(440), ToneSource(660)
    room.player.put_on(first, fade=0.0, at_cut=False, programme=radio)
    assert room.player.state.on_air
    room.player.next()
    room.player.previous()
    room.stereo.hear(0.5)
    room.player.put_on(second, fade=0.1, at_cut=False, programme=radio)
    room.stereo.hear(1.0)
    room.wait(lambda event: isinstance(event, Started) and event.source is second)
    over = room.wait(lambda event: isinstance(event, Ended))
    assert (over.source, over.reason) == (first, Reason.FINISHED)  # type: ignore[union-attr]
    assert first.closed
    assert radio.told == ["next", "previous"]
    room.player.play("a")
    assert radio.told == ["next", "previous", Reason.SKIPPED]
    assert not room.player.state.on_air


def test_a_programme_joins_what_plays(room: Room) -> None:
    radio = Radio()
    room.player.play("a")
    room.stereo.hear(0.3)
    room.player.put_on(ToneSource(660), fade=0.2, at_cut=True, programme=radio)
    assert room.player.state.title == "A"
    room.stereo.hear(1.0)
    room.wait(lambda event: isinstance(event, Started) and event.piece is None)
    assert room.player.state.on_air
    room.player.stop()
    assert radio.told == [Reason.STOPPED]


def test_what_was_heard_can_be_kept(room: Room) -> None:
    room.player.put_on(ToneSource(440), fade=0.0, at_cut=False)
    room.stereo.hear(2.0)
    assert pitch(room.player.last(1.0)[0]) == pytest.approx(440, abs=0.5)


def test_a_listener_may_call_back(room: Room) -> None:
    """From within an event: the radio does."""
    room.player.listen(
        lambda event: room.player.play("b") if ended("a", Reason.FINISHED)(event) else None
    )
    room.player.play("a")
    room.stereo.hear(2.2)
    room.wait(started("b"))


def test_the_list_is_told_of(room: Room) -> None:
    player: Player = room.player
    for key in "abc":
        player.lineup.add(key)
    player.lineup.move("c", 0)
    assert list(player.state.playlist) == ["c", "a", "b"]
    with pytest.raises(InvalidParams, match="no position 9"):
        player.lineup.move("c", 9)
    with pytest.raises(TrackNotFound):
        player.lineup.remove("unknown")
    with pytest.raises(TrackNotFound):
        player.lineup.add("unknown")
    player.lineup.clear()
    assert not player.state.playlist
    assert sum(isinstance(event, PlaylistChanged) for event in room.events) == 5


def test_what_is_closed_is_not_opened_again(room: Room) -> None:
    room.player.play("a")
    room.player.close()
    room.player._thread.join(SECONDS)
    assert not room.player._thread.is_alive()
    assert room.stereo.opened == 1
