"""The next track is made while one plays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.daemon import until
from fixtures.sound import SECONDS, Stereo, ToneSource
from fixtures.workshop import Workshop, job
from lofi.library.entry import Entry
from lofi.playback.outlet import Way
from lofi.playback.player import Player, Setting
from lofi.playback.state import Doing
from lofi.radio.prefetch import Plan, Prefetch, Strategy, due
from lofi.rpc.playing import piece
from lofi.track import Request


@pytest.mark.parametrize(
    ("trigger", "position", "making", "now"),
    [
        (0.5, 29.0, 1.0, False),
        (0.5, 30.0, None, True),
        (0.0, 0.0, 1.0, True),
        (None, 0.0, None, True),
        (None, 0.0, 100.0, True),
        (None, 19.0, 20.0, False),
        (None, 21.0, 20.0, True),
        (None, 45.0, 1.0, False),
        (None, 49.0, 1.0, True),
    ],
)
def test_it_begins_in_time_by_what_was_asked_or_by_the_measured_speed(
    trigger: float | None, position: float, making: float | None, now: bool
) -> None:
    assert due(trigger, position, 60.0, making) is now


class Studio:
    """A workshop with a player and one track ahead."""

    def __init__(self, folder: Path) -> None:
        self.shop = Workshop(folder / "library")
        self.stereo = Stereo()
        library = self.shop.library
        self.player = Player(
            [Way("stereo", lambda _device: self.stereo)],
            lambda key: piece(library.get(key)),
            setting=Setting(crossfade=0.0),
        )
        self.asked: list[Request] = []
        self.prefetch = Prefetch(self.shop.runner, self.player, library.get, self.like, seed=1)
        self.shop.runner.start()

    def like(self, _entry: Entry, prompt: str) -> Request:
        request = job(prompt, seed=len(self.asked) + 100).request
        self.asked.append(request)
        return request

    def make(self, prompt: str = "steady") -> str:
        made = job(prompt)
        self.shop.runner.submit(made)
        self.shop.ended(made)
        return made.id

    def close(self) -> None:
        self.player.close()
        self.shop.close()


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    studio = Studio(tmp_path)
    yield studio
    studio.close()


def test_while_a_track_plays_the_next_is_made_and_follows(studio: Studio) -> None:
    first = studio.make()
    studio.prefetch.follow(Plan(enabled=True, trigger=0.0))
    studio.player.play(first)
    assert until(lambda: len(studio.player.state.playlist) == 1, SECONDS)
    (follower,) = studio.player.state.playlist
    assert follower == studio.asked[0].track_id
    assert studio.asked[0].prompt == "steady"
    assert not studio.prefetch.pending
    studio.stereo.hear(1.2)
    assert until(lambda: studio.player.state.index == 0, SECONDS)


def test_a_track_that_comes_too_late_is_played_when_it_comes(studio: Studio) -> None:
    first = studio.make()
    studio.prefetch.follow(
        Plan(enabled=True, strategy=Strategy.PRESET_CYCLE, presets=("slow",), trigger=0.0)
    )
    studio.player.play(first)
    assert until(lambda: studio.prefetch.pending, SECONDS)
    studio.stereo.hear(1.2)
    assert until(lambda: studio.player.state.doing is Doing.STOPPED, SECONDS)
    assert studio.prefetch.pending
    assert until(lambda: studio.player.state.doing is Doing.PLAYING, SECONDS)
    assert studio.player.state.index == 0


def test_who_stops_while_it_is_made_hears_nothing_more(studio: Studio) -> None:
    first = studio.make()
    studio.prefetch.follow(
        Plan(enabled=True, strategy=Strategy.PRESET_CYCLE, presets=("slow",), trigger=0.0)
    )
    studio.player.play(first)
    assert until(lambda: studio.prefetch.pending, SECONDS)
    studio.stereo.hear(1.2)
    assert until(lambda: studio.player.state.doing is Doing.STOPPED, SECONDS)
    studio.prefetch.rest()
    assert until(lambda: len(studio.player.state.playlist) == 1, SECONDS)
    assert studio.player.state.doing is Doing.STOPPED


def test_who_stops_hears_nothing_more(studio: Studio) -> None:
    first = studio.make()
    studio.prefetch.follow(Plan(enabled=True, trigger=0.0))
    studio.player.play(first)
    assert until(lambda: bool(studio.asked), SECONDS)
    studio.player.stop()
    assert until(lambda: len(studio.player.state.playlist) == 1, SECONDS)
    assert studio.player.state.doing is Doing.STOPPED


@pytest.mark.parametrize("strategy", [Strategy.PRESET_CYCLE, Strategy.RANDOM_PRESET])
def test_presets_are_taken_in_turn_or_drawn(studio: Studio, strategy: Strategy) -> None:
    entry = studio.shop.library.get(studio.make())
    presets = ("one", "two", "three")
    studio.prefetch.follow(Plan(enabled=True, strategy=strategy, presets=presets))
    drawn = [studio.prefetch._prompt(entry) for _ in range(60)]
    assert set(drawn) == set(presets)
    if strategy is Strategy.PRESET_CYCLE:
        assert drawn[:4] == ["one", "two", "three", "one"]


def test_nothing_is_made_without_a_plan_or_with_something_to_play(studio: Studio) -> None:
    first, second = studio.make(), studio.make("steady too")
    studio.player.play(first)
    studio.prefetch.look()
    studio.player.lineup.add(second)
    studio.player.lineup.add(first)
    studio.prefetch.follow(Plan(enabled=True, trigger=0.0))
    studio.prefetch.look()
    studio.player.put_on(ToneSource(440), fade=0.0, at_cut=False)
    studio.stereo.hear(0.5)
    studio.prefetch.look()
    assert studio.asked == []
