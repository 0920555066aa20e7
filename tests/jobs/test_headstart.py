"""When a track that is being made may begin to play."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lofi.backends.musicgen import pipeline
from lofi.jobs.headstart import (
    MARGIN_SECONDS,
    MEMORY_SECONDS,
    PIECE_SECONDS,
    SLOWING,
    HeadStart,
)

ALMOST = 1e-6
MUSICGEN = (1.0, 2.0, 4.0, 5.0)
"""How long its pieces are; the last goes on."""


class Piece(NamedTuple):
    at: float
    sound: float


def stops(length: float, pieces: Sequence[float]) -> list[float]:
    """Where pieces end."""
    ends = [0.0]
    while ends[-1] < length:
        ends.append(min(length, ends[-1] + pieces[min(len(ends), len(pieces)) - 1]))
    return ends[1:]


def slowest(after: Piece, speed: float) -> float:
    """What a second of sound may come to take."""
    return (1 + SLOWING * max(0.0, 1 - after.sound / MEMORY_SECONDS)) / speed


def dry(pieces: Sequence[Piece], begun: float) -> float:
    """How long the player waits, at the worst, for what is not there yet; below 0 is never."""
    return max(
        late.at - (begun + there.sound)
        for there, late in zip([Piece(0, 0), *pieces], pieces, strict=False)
    )


def made(length: float, seconds: float, slower: float) -> list[Piece]:
    """MusicGen's pieces, where a second of sound takes so long at first, and evenly longer until
    it takes ``slower`` times as long at the end of its memory."""
    growth = (slower - 1) / MEMORY_SECONDS
    return [Piece(seconds * (end + growth * end**2 / 2), end) for end in stops(length, MUSICGEN)]


def begins(pieces: Sequence[Piece]) -> float:
    """When playing begins that heeds every piece."""
    head = HeadStart(pieces[-1].sound, 0)
    for piece in pieces:
        head.take(*piece)
    return head.begins


LENGTHS = st.integers(1, 300)
COSTS = st.floats(0.01, 10)
PIECES = st.lists(
    st.integers(1, 50).map(lambda tenths: PIECE_SECONDS * tenths / 50),
    min_size=1,
    max_size=5,
    unique=True,
).map(sorted)


@given(LENGTHS, PIECES, COSTS, st.lists(st.floats(0.01, 1), min_size=1, max_size=20))
def test_playing_never_runs_dry_however_the_speed_falls_within_what_is_assumed(
    length: int, lengths: list[float], cost: float, parts: list[float]
) -> None:
    head, pieces, at, sound = HeadStart(length, 0), list[Piece](), 0.0, 0.0
    for number, end in enumerate(stops(length, lengths)):
        at, sound = at + (end - sound) * cost * parts[number % len(parts)], end
        arranged_anew = at < head.begins
        head.take(at, sound)
        pieces.append(Piece(at, sound))
        if arranged_anew:
            cost = slowest(pieces[-1], head.speed)
    assert dry(pieces, head.begins) <= ALMOST
    assert head.begins <= at
    assert head.starts_in(at) == 0


@given(LENGTHS, PIECES, COSTS)
def test_it_begins_as_early_as_the_assumption_allows(
    length: int, lengths: list[float], cost: float
) -> None:
    """The worst that may come, one long piece first or one long piece last, uses up all but the
    margin."""
    head, sound = HeadStart(length, 0), 0.0
    for end in stops(length, lengths)[: len(lengths)]:
        sound = end
        head.take(sound * cost, sound)
    here, rest = Piece(sound * cost, sound), length - sound
    assume(head.starts_in(here.at) > 0)
    worst, long = slowest(here, head.speed), min(PIECE_SECONDS, rest)
    first = [Piece(here.at + long * worst, sound + long)]
    last = [Piece(here.at + rest * worst, length)]
    if rest > long:
        last.insert(0, Piece(here.at, length - long))
    begun = head.begins + here.sound  # when all there is has been played
    room = max(dry([Piece(p.at, p.sound - here.sound) for p in ps], begun) for ps in (first, last))
    assert room == pytest.approx(-MARGIN_SECONDS, abs=ALMOST)


@given(st.integers(1, 30), st.floats(0.05, 5), st.floats(1, 2.6))
def test_the_speeds_that_were_measured_never_make_it_run_dry(
    length: int, seconds: float, slower: float
) -> None:
    pieces = made(length, seconds, slower)
    assert dry(pieces, begins(pieces)) <= ALMOST


def test_a_slowing_that_nobody_assumes_does() -> None:
    """The control: these tests can tell."""
    pieces = made(30, 1, 8)
    assert dry(pieces, begins(pieces)) > 0


@given(LENGTHS, st.floats(0.001, 0.05))
def test_a_fast_machine_plays_from_the_first_piece(length: int, cost: float) -> None:
    head = HeadStart(length, 0)
    head.take(cost, 1.0)
    assert head.starts_in(cost) == 0


def test_at_a_steady_speed_it_is_the_share_that_is_made_too_slowly() -> None:
    """T (1 - r) + (G + margin) r, once the model looks back on as much as it ever will."""
    length, cost = 120.0, 2.0
    head = HeadStart(length, 0)
    for sound in range(1, 60):
        head.take(sound * cost, sound)
    rate = 1 / cost
    needed = length * (1 - rate) + (1 + MARGIN_SECONDS) * rate
    assert head.begins == pytest.approx(needed * cost)
    assert head.speed == rate


def test_once_begun_it_stays_begun() -> None:
    head = HeadStart(30, 0)
    head.take(0.05, 1)
    head.take(9.0, 3)
    assert (head.starts_in(0.05), head.starts_in(9.0)) == (0, 0)


def test_before_the_first_piece_nobody_knows() -> None:
    head = HeadStart(30, 0)
    head.take(1.0, 0)
    assert head.starts_in(1.0) == math.inf


def test_a_whole_track_in_one_piece_plays_at_once() -> None:
    head = HeadStart(30, 5)
    head.take(100, 30)
    assert head.starts_in(100) == 0


def test_a_hiccup_long_ago_is_forgotten() -> None:
    head = HeadStart(300, 0)
    head.take(100, 1)
    for sound in range(2, 8):
        head.take(100 + sound / 10, sound)
    assert head.speed == pytest.approx(10)
    assert head.starts_in(101) == 0


def test_pieces_of_musicgen_are_no_longer_than_is_assumed() -> None:
    assert pipeline.CHUNK_SECONDS <= PIECE_SECONDS
