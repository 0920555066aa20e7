"""The programme director, driven through hours on paper."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lofi.radio.director import Director, Policy
from lofi.radio.piece import Origin, Tune
from radio.air import Air, favourite

POLICY = Policy()


@pytest.fixture
def air() -> Air:
    """A programme that has just begun."""
    begun = Air(Director("rainy jazz", 7))
    begun.begin()
    return begun


def origins(air: Air) -> list[Origin]:
    return [piece.origin for piece in air.aired]


def test_the_engine_plays_at_once(air: Air) -> None:
    assert air.on is not None
    assert air.on.piece.origin is Origin.ENGINE
    assert air.on.piece.prompt == "rainy jazz"


def test_a_track_joins_on_a_bar_line_once_the_engine_was_heard_for_a_while(air: Air) -> None:
    air.step(0.25)
    air.deliver()
    air.run(POLICY.engine_least - 1)
    assert origins(air) == [Origin.ENGINE]
    began = air.now
    air.run(1.5 + 3.2)
    assert origins(air) == [Origin.ENGINE, Origin.GENERATED]
    assert air.now - began < 6


def test_one_track_follows_another_without_the_engine_between(air: Air) -> None:
    for _ in range(3):
        air.run(25)
        air.deliver(60.0)
    air.run(120)
    assert origins(air)[:3] == [Origin.ENGINE, Origin.GENERATED, Origin.GENERATED]
    assert air.silent == 0


def test_a_gap_is_bridged_by_a_favourite_and_then_by_the_engine_in_its_key(air: Air) -> None:
    air.director.favourites((favourite(1),))
    air.run(25)
    air.deliver(30.0)
    air.run(30 + 40 + 30)
    assert origins(air)[:4] == [Origin.ENGINE, Origin.GENERATED, Origin.FAVOURITE, Origin.ENGINE]
    assert air.aired[3].tune == Tune(key="D minor", bpm=71.0)
    assert air.silent == 0


def test_no_favourite_is_repeated_within_the_last_pieces(air: Air) -> None:
    air.director.favourites((favourite(1), favourite(2)))
    for _ in range(6):
        air.obey(air.director.skip(air.now))
        air.run(2)
    played = [piece.track_id for piece in air.aired if piece.track_id]
    assert played == [favourite(1).track_id, favourite(2).track_id]


def test_no_idea_comes_twice(air: Air) -> None:
    for _ in range(40):
        air.run(25)
        if air.director.making:
            air.deliver(30.0)
    ideas = [ask.idea for ask in air.asked]
    assert len(set(ideas)) == len(ideas) > 10
    assert ideas[0].prompt == "rainy jazz"
    assert len({idea.prompt for idea in ideas}) > 3


def test_not_more_is_made_than_is_wanted_ahead(air: Air) -> None:
    air.run(1)
    for _ in range(5):
        if air.director.making:
            air.deliver(60.0)
        air.run(1)
    assert len(air.asked) == POLICY.ahead


def test_nothing_is_asked_while_others_use_the_queue(air: Air) -> None:
    air.run(60, room=False)
    assert air.asked == []
    air.run(1)
    assert len(air.asked) == 1


def test_after_failures_it_waits_longer_each_time(air: Air) -> None:
    times: list[float] = []
    air.step(0.25)
    for _ in range(5):
        air.obey(air.director.failed(air.now))
        before, began = len(air.asked), air.now
        while len(air.asked) == before:
            air.step(0.25)
        times.append(air.now - began)
    assert times == pytest.approx([5, 10, 20, 40, 80], abs=0.5)
    air.deliver()
    air.obey(air.director.failed(air.now))
    before, began = len(air.asked), air.now
    while len(air.asked) == before:
        air.step(0.25)
    assert air.now - began == pytest.approx(5, abs=0.5)


def test_skip_goes_on_at_once_to_what_is_ready(air: Air) -> None:
    air.step(0.25)
    made = air.deliver()
    air.obey(air.director.skip(air.now))
    air.step(0.25)
    assert air.on is not None
    assert air.on.piece is made


def test_skipping_the_engine_with_nothing_ready_gives_another_engine(air: Air) -> None:
    first = air.aired[0]
    air.obey(air.director.skip(air.now))
    air.step(0.25)
    assert air.on is not None
    assert air.on.piece.endless
    assert air.on.piece.seed != first.seed


def test_back_returns_to_what_was_heard_and_skip_from_there_to_where_one_was(air: Air) -> None:
    air.step(0.25)
    made = air.deliver()
    air.obey(air.director.skip(air.now))
    air.run(1)
    air.obey(air.director.back(air.now))
    air.run(1)
    assert air.on is not None
    assert air.on.piece is air.aired[0]
    air.obey(air.director.skip(air.now))
    air.run(1)
    assert air.on.piece is made


def test_back_at_the_beginning_plays_it_again(air: Air) -> None:
    air.run(5)
    air.obey(air.director.back(air.now))
    air.step(0.25)
    assert air.on is not None
    assert air.on.piece == air.aired[0]
    assert air.on.position < 0.5


def test_steering_a_track_hands_over_to_the_engine_and_drops_what_was_ready(air: Air) -> None:
    air.step(0.25)
    air.deliver()
    air.obey(air.director.skip(air.now))
    air.run(1)
    air.deliver()
    air.obey(air.director.steer(air.now, Tune(bpm=90.0), None, engine_only=False))
    air.run(4)
    assert air.on is not None
    assert air.on.piece.endless
    assert air.on.piece.tune.bpm == 90.0
    assert not air.director.next_ready
    air.run(10)
    assert air.asked[-1].idea.prompt.startswith("90 bpm, ")


def test_while_a_layer_is_muted_only_the_engine_plays_and_nothing_is_made(air: Air) -> None:
    air.obey(air.director.steer(air.now, Tune(), None, engine_only=True))
    air.run(200)
    assert origins(air) == [Origin.ENGINE]
    assert air.asked == []
    air.obey(air.director.steer(air.now, Tune(), None, engine_only=False))
    air.run(10)
    assert len(air.asked) == 1


def test_less_like_this_goes_on_and_never_returns(air: Air) -> None:
    air.director.favourites((favourite(1), favourite(2)))
    air.obey(air.director.skip(air.now))
    air.step(0.25)
    air.obey(air.director.less(air.now))
    air.run(600, room=False)
    played = [piece.track_id for piece in air.aired if piece.track_id]
    assert played == [favourite(1).track_id, favourite(2).track_id]


def test_more_like_this_has_its_words_varied(air: Air) -> None:
    air.director.favourites((favourite(1),))
    air.obey(air.director.skip(air.now))
    air.step(0.25)
    air.obey(air.director.more())
    air.deliver()
    air.run(1)
    assert air.asked[-1].idea.prompt == "favourite 1"


def test_a_piece_that_cannot_be_played_is_replaced_by_the_engine_and_not_tried_again(
    air: Air,
) -> None:
    bad = favourite(1)
    air.director.favourites((bad,))
    (play,) = air.director.skip(air.now)
    air.obey(air.director.broken(play.piece, air.now))  # type: ignore[union-attr]
    air.run(100, room=False)
    assert bad not in air.aired
    assert air.silent == 0


def test_a_piece_that_never_arrives_is_given_up(air: Air) -> None:
    air.director.skip(air.now)  # as if the player had lost it
    air.run(POLICY.arrival + 5)
    assert len(air.aired) == 2


class Hours(RuleBasedStateMachine):
    """Anything that can happen to a programme, in any order; something always plays."""

    def __init__(self) -> None:
        super().__init__()
        self.air = Air(Director("rainy jazz", 1))
        self.air.begin()
        self.number = 0

    @rule(seconds=st.floats(0.3, 400), room=st.booleans())
    def time_passes(self, seconds: float, room: bool) -> None:
        self.air.run(seconds, room=room, step=0.5)

    @precondition(lambda self: self.air.director.making)
    @rule(seconds=st.floats(4, 200), known=st.booleans())
    def a_track_is_made(self, seconds: float, known: bool) -> None:
        self.air.deliver(seconds, Tune(key="E minor", bpm=80.0) if known else None)

    @precondition(lambda self: self.air.director.making)
    @rule()
    def making_fails(self) -> None:
        self.air.obey(self.air.director.failed(self.air.now))

    @precondition(lambda self: self.air.director.making)
    @rule()
    def making_is_held_up(self) -> None:
        self.air.obey(self.air.director.held_up(self.air.now))

    @rule(count=st.integers(0, 5))
    def favourites_change(self, count: int) -> None:
        self.number += count
        first = max(0, self.number - 8)
        found = tuple(favourite(n, 15.0 + n % 50) for n in range(first, self.number))
        self.air.director.favourites(found)

    @rule()
    def skip(self) -> None:
        self.air.obey(self.air.director.skip(self.air.now))

    @rule()
    def back(self) -> None:
        self.air.obey(self.air.director.back(self.air.now))

    @rule(more=st.booleans())
    def like(self, more: bool) -> None:
        director = self.air.director
        self.air.obey(director.more() if more else director.less(self.air.now))

    @rule(bpm=st.none() | st.floats(40, 180), only=st.booleans())
    def steer(self, bpm: float | None, only: bool) -> None:
        tune = Tune(bpm=bpm)
        self.air.obey(self.air.director.steer(self.air.now, tune, None, engine_only=only))

    @precondition(lambda self: self.air.waiting is not None)
    @rule()
    def what_waits_breaks(self) -> None:
        assert self.air.waiting is not None
        piece, self.air.waiting = self.air.waiting.piece, None
        self.air.obey(self.air.director.broken(piece, self.air.now))

    @precondition(lambda self: self.air.on is not None and self.air.on.piece.seconds)
    @rule()
    def what_plays_breaks_off(self) -> None:
        assert self.air.on is not None
        self.air.on.position = self.air.on.piece.seconds or 0.0
        self.air.step(0.0)

    @invariant()
    def something_plays(self) -> None:
        assert self.air.on is not None
        assert self.air.silent == 0


TestHours = Hours.TestCase
TestHours.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)


@given(
    seconds=st.lists(st.floats(4, 120), min_size=20, max_size=20),
    waits=st.lists(st.floats(0.5, 300), min_size=20, max_size=20),
)
@settings(max_examples=20, deadline=None)
def test_hours_of_tracks_of_any_length_made_in_any_time_are_never_silent(
    seconds: list[float], waits: list[float]
) -> None:
    air = Air(Director("rainy jazz", 1))
    air.begin()
    for length, wait in zip(seconds, waits, strict=True):
        air.run(wait, step=0.5)
        if air.director.making:
            air.deliver(length)
    air.run(300, step=0.5)
    assert air.silent == 0
    assert air.on is not None
