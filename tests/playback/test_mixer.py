"""One source after another."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from fixtures.sound import ToneSource
from lofi.playback.mixer import Block, Mark, Mixer, fade_seconds
from lofi.sound.limiter import Limiter
from lofi.sound.pcm import SAMPLE_RATE, Signal, frames

Array = NDArray[np.float64]
LATE = Limiter.latency
"""Frames by which all is late."""


def rendered(mixer: Mixer, seconds: float, block: int = 2_400) -> tuple[Signal, list[Mark]]:
    """So much of the stream, with the marks counted from its beginning."""
    parts, marks, done = [], list[Mark](), 0
    while done < frames(seconds):
        piece: Block = mixer.render(min(block, frames(seconds) - done))
        if not piece.samples.shape[1]:
            break
        marks += [mark._replace(frame=mark.frame + done) for mark in piece.marks]
        parts.append(piece.samples)
        done += piece.samples.shape[1]
    return np.concatenate(parts, axis=1), marks


def tone(hertz: float, start: int, end: int, origin: int = 0) -> Signal:
    clock = (np.arange(start, end) - origin) / SAMPLE_RATE
    return np.asarray(0.25 * np.cos(2 * np.pi * hertz * clock), np.float32)


@pytest.mark.parametrize(
    ("wanted", "durations", "allowed"),
    [
        (2.0, (60.0, None), 2.0),
        (2.0, (4.0, 60.0), 2.0),
        (2.0, (3.9, 60.0), 0.975),
        (2.0, (60.0, 2.0), 0.5),
        (2.0, (60.0, 1.9), 0.0),
        (0.0, (60.0, 60.0), 0.0),
        (12.0, (20.0, 8.0), 2.0),
    ],
)
def test_short_tracks_are_faded_shorter_or_not_at_all(
    wanted: float, durations: tuple[float | None, ...], allowed: float
) -> None:
    assert fade_seconds(wanted, *durations) == pytest.approx(allowed)


def test_without_a_fade_there_is_no_gap_and_no_overlap() -> None:
    mixer = Mixer()
    first, second = ToneSource(440, 0.5), ToneSource(660, 0.5)
    mixer.switch(first)
    mixer.follow(second)
    sound, marks = rendered(mixer, 5.0)
    border = frames(0.5)
    assert sound.shape[1] == 2 * border + LATE
    expected = np.concatenate([tone(440, 0, border), tone(660, 0, border)])
    assert np.abs(sound[0, LATE:] - expected).max() < 1e-6
    assert [(mark.frame, mark.source, mark.begins) for mark in marks] == [
        (0, first, 0.0),
        (border, first, None),
        (border, second, 0.0),
        (2 * border, second, None),
    ]
    assert first.closed
    assert second.closed
    assert mixer.idle


def amplitude(part: Array, hertz: float, clock: Array) -> float:
    """Of one tone in a mixture, as a part of that of a source."""
    turn = np.exp(2j * np.pi * hertz * clock)
    return float(abs((part * turn).mean()) * 2 / 0.25)


def test_powers_add_up_to_one_in_a_crossfade() -> None:
    mixer = Mixer()
    mixer.switch(ToneSource(440, 3.0))
    mixer.follow(ToneSource(660, 3.0), fade=1.0)
    sound, marks = rendered(mixer, 5.0)
    begin, end = frames(2.0), frames(3.0)
    assert [mark.frame for mark in marks if mark.begins is not None] == [0, begin]
    part = sound[0, LATE + begin : LATE + end].astype(float)
    clock = np.arange(begin, end) / SAMPLE_RATE
    step = frames(0.05)
    for start in range(0, part.size, step):
        window = slice(start, start + step)
        old, new = (amplitude(part[window], hertz, clock[window]) for hertz in (440, 660))
        angle = (start + step / 2) / part.size * np.pi / 2
        assert old == pytest.approx(np.cos(angle), abs=0.02)
        assert new == pytest.approx(np.sin(angle), abs=0.02)


@pytest.mark.parametrize("block", [37, 480, 2_400, 9_999])
def test_the_cutting_into_blocks_changes_nothing(block: int) -> None:
    def programme() -> Mixer:
        mixer = Mixer()
        mixer.switch(ToneSource(440, 1.0))
        mixer.follow(ToneSource(660, 1.0), fade=0.3)
        return mixer

    whole = rendered(programme(), 2.0, 96_000)
    cut = rendered(programme(), 2.0, block)
    assert np.array_equal(cut[0], whole[0])
    assert [mark.frame for mark in cut[1]] == [mark.frame for mark in whole[1]]


def test_what_is_put_on_waits_for_the_bar() -> None:
    mixer = Mixer()
    mixer.switch(ToneSource(440, bar=0.75))
    rendered(mixer, 1.0)
    coming = ToneSource(660)
    mixer.put_on(coming, fade=0.2, at_cut=True)
    _, marks = rendered(mixer, 2.0)
    assert [(mark.frame, mark.followed) for mark in marks] == [
        (frames(0.5), True),
        (frames(0.5), False),
    ]
    assert mixer.main is coming


@pytest.mark.parametrize("fade", [0.0, 0.2])
def test_what_is_put_on_without_waiting_begins_with_the_next_block(fade: float) -> None:
    mixer = Mixer()
    old = ToneSource(440)
    mixer.switch(old)
    rendered(mixer, 0.4)
    mixer.put_on(ToneSource(660), fade=fade, at_cut=False)
    sound, marks = rendered(mixer, 0.5)
    assert [mark.frame for mark in marks] == [0, 0]
    assert old.closed
    assert (
        np.abs(sound[0, LATE + frames(0.3) :] - tone(660, *map(frames, (0.3, 0.5)))[:-LATE]).max()
        < 1e-6
    )


def test_the_end_of_what_plays_lets_nobody_wait() -> None:
    mixer = Mixer()
    mixer.switch(ToneSource(440, 0.4, bar=100.0))
    rendered(mixer, 0.1)
    coming = ToneSource(660)
    mixer.put_on(coming, fade=1.0, at_cut=True)
    sound, marks = rendered(mixer, 1.0)
    assert frames(0.3) in [mark.frame for mark in marks if mark.source is coming]
    assert np.abs(sound[0, LATE + frames(0.35) :]).max() > 0.2


def test_the_newest_of_those_that_wait_is_the_one() -> None:
    mixer = Mixer()
    mixer.switch(ToneSource(440))
    first, second = ToneSource(550), ToneSource(660)
    mixer.put_on(first, fade=0.0, at_cut=True)
    mixer.put_on(second, fade=0.0, at_cut=True)
    rendered(mixer, 0.1)
    assert first.closed
    assert mixer.main is second


def test_what_is_to_follow_too_late_begins_at_once() -> None:
    mixer, late = Mixer(), ToneSource(660, 0.5)
    mixer.switch(ToneSource(440, 0.3))
    rendered(mixer, 1.0)
    assert mixer.idle
    mixer.follow(late, fade=1.0)
    sound, marks = rendered(mixer, 1.0)
    assert sound.shape[1] == frames(0.5) + LATE
    assert [mark.source for mark in marks] == [late, late]


def test_what_begins_in_its_midst_does_not_click() -> None:
    mixer, source = Mixer(), ToneSource(30)
    source.seek(1.0)
    mixer.switch(source)
    sound, _ = rendered(mixer, 0.2)
    assert np.abs(np.diff(sound[0])).max() < 0.005


def breaking() -> ToneSource:
    source = ToneSource(440, 3.0)
    source.breaks_at = frames(0.5)
    return source


def test_a_source_that_breaks_is_over_and_the_next_begins() -> None:
    mixer, after = Mixer(), ToneSource(660, 0.5)
    mixer.switch(breaking())
    mixer.follow(after)
    sound, marks = rendered(mixer, 2.0)
    assert [mark.trouble for mark in marks if mark.begins is None] == [
        "RuntimeError: a string broke",
        None,
    ]
    assert frames(0.95) < sound.shape[1] <= frames(1.0) + LATE


def loud() -> list[ToneSource]:
    sources = [ToneSource(441 + number, 1.0) for number in range(2)]
    for source in sources:
        source.gain = 8.0
    return sources


@pytest.mark.parametrize("fade", [0.0, 0.5])
def test_nothing_is_louder_than_the_ceiling(fade: float) -> None:
    mixer = Mixer()
    first, second = loud()
    mixer.switch(first)
    mixer.follow(second, fade)
    sound, _ = rendered(mixer, 2.0)
    assert 0.7 < np.abs(sound).max() <= 10 ** (-1.0 / 20)


def test_neighbouring_frames_of_a_whole_programme_are_near() -> None:
    mixer = Mixer()
    mixer.switch(ToneSource(100, 1.0))
    mixer.follow(ToneSource(100, 2.0), fade=0.2)
    sound, _ = rendered(mixer, 3.0)
    assert max(abs(b - a) for a, b in pairwise(sound[0, LATE:-LATE].tolist())) < 0.02
