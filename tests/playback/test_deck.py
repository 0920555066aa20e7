"""What is mixed ahead, and what is taken."""

import queue
import resource
import threading

import numpy as np
import pytest

from fixtures.sound import SECONDS, STEP, ToneSource
from lofi.playback.deck import AHEAD, Deck, Near
from lofi.playback.mixer import Mark
from lofi.playback.source import Source
from lofi.sound.pcm import SAMPLE_RATE, Signal, frames


class Ears:
    """A deck, and all it told."""

    def __init__(self) -> None:
        self.told: queue.SimpleQueue[Mark | Near] = queue.SimpleQueue()
        self.deck = Deck(self.told.put)
        self.deck.send(lambda fader: fader.presence.jump(1.0))

    def hear(self, seconds: float) -> Signal:
        count = frames(seconds)
        parts = [self.deck.pull(min(STEP, count - at), SECONDS) for at in range(0, count, STEP)]
        return np.concatenate(parts, axis=1)

    def next(self) -> Mark | Near:
        return self.told.get(timeout=SECONDS)

    def marks(self, count: int) -> list[tuple[Source, float | None]]:
        """The next that were heard."""
        found: list[tuple[Source, float | None]] = []
        while len(found) < count:
            if isinstance(mark := self.next(), Mark):
                found.append((mark.source, mark.begins))
        return found


@pytest.fixture
def ears() -> Ears:
    return Ears()


def test_silence_is_silent_and_nobody_misses_it(ears: Ears) -> None:
    assert not ears.hear(0.5).any()
    assert ears.deck.drained
    assert ears.deck.health.underruns == 0


def test_the_position_is_that_of_what_is_heard(ears: Ears) -> None:
    source = ToneSource(440)
    ears.deck.switch(source)
    ears.hear(0.5)
    heard = ears.deck.heard
    assert heard is not None
    assert heard.source is source
    assert heard.position == pytest.approx(0.5)
    assert source.position >= 0.5


def test_no_more_is_mixed_than_half_a_second_ahead(ears: Ears) -> None:
    source = ToneSource(440)
    ears.deck.switch(source)
    for _ in range(20):
        ears.hear(0.1)
        heard = ears.deck.heard
        assert heard is not None
        assert source.position - heard.position <= AHEAD / SAMPLE_RATE + 0.01


def test_what_begins_and_ends_is_told_when_it_is_heard(ears: Ears) -> None:
    first, second = ToneSource(440, 1.0), ToneSource(660, 1.0)
    ears.deck.switch(first)
    ears.deck.follow(second)
    assert ears.next() == Near(first)
    ears.hear(0.95)
    assert ears.marks(1) == [(first, 0.0)]
    ears.hear(0.2)
    assert ears.marks(2) == [(first, None), (second, 0.0)]


def test_nothing_is_told_before_it_is_heard(ears: Ears) -> None:
    first, second = ToneSource(440, 1.0), ToneSource(660, 1.0)
    ears.deck.switch(first)
    ears.deck.follow(second)
    ears.hear(0.98)
    ears.deck.switch(None)
    ears.hear(0.5)
    assert ears.marks(1) == [(first, 0.0)]
    while not ears.told.empty():
        assert isinstance(ears.told.get(), Near)


def test_a_change_of_volume_is_heard_at_once(ears: Ears) -> None:
    ears.deck.switch(ToneSource(440))
    ears.hear(0.5)
    ears.deck.send(lambda fader: fader.volume.send(0.25, 0.015))
    sound = ears.hear(0.2)
    assert np.abs(sound[:, : frames(0.001)]).max() > 0.2
    assert np.abs(sound[:, frames(0.015) :]).max() == pytest.approx(0.0625, abs=1e-4)


def test_what_is_paused_is_not_consumed(ears: Ears) -> None:
    ears.deck.switch(ToneSource(440))
    ears.hear(0.3)
    ears.deck.send(lambda fader: fader.presence.send(0.0, 0.01))
    assert not ears.hear(0.5)[:, frames(0.02) :].any()
    heard = ears.deck.heard
    assert heard is not None
    assert heard.position == pytest.approx(0.31, abs=0.011)
    ears.deck.send(lambda fader: fader.presence.send(1.0, 0.01))
    ears.hear(0.2)
    assert ears.deck.heard is not None
    assert ears.deck.heard.position == pytest.approx(heard.position + 0.2)


def test_switching_is_heard_at_once_and_does_not_click(ears: Ears) -> None:
    ears.deck.switch(ToneSource(60))
    ears.hear(0.5)
    second = ToneSource(60)
    ears.deck.switch(second)
    sound = ears.hear(0.3)
    heard = ears.deck.heard
    assert heard is not None
    assert heard.source is second
    assert heard.position > 0.25
    assert np.abs(np.diff(sound[0, : frames(0.012)])).max() < 0.01


def test_winding_drops_what_was_made_ahead(ears: Ears) -> None:
    source = ToneSource(440, 60.0)
    ears.deck.switch(source)
    ears.hear(0.5)
    assert ears.deck.seek(source, 30.0)
    ears.hear(0.25)
    heard = ears.deck.heard
    assert heard is not None
    assert heard.position == pytest.approx(30.24, abs=0.02)
    assert not ears.deck.seek(ToneSource(1), 3.0)


def test_the_tape_holds_what_was_heard_before_any_volume(ears: Ears) -> None:
    ears.deck.send(lambda fader: fader.volume.jump(0.0))
    ears.deck.switch(ToneSource(440))
    assert not ears.hear(2.0).any()
    last = ears.deck.last(1.0)
    assert last.shape == (2, SAMPLE_RATE)
    assert np.abs(last).max() == pytest.approx(0.25, abs=1e-3)


class Slow(ToneSource):
    """Gives nothing while the test says so."""

    def __init__(self) -> None:
        super().__init__(440)
        self.go = threading.Event()
        self.go.set()
        self.asked = threading.Event()

    def read(self, frames: int) -> Signal:
        if not self.go.is_set():
            self.asked.set()
        assert self.go.wait(SECONDS)
        return super().read(frames)


def test_what_comes_too_late_is_counted_and_is_silent(ears: Ears) -> None:
    source = Slow()
    ears.deck.switch(source)
    ears.hear(0.2)
    source.go.clear()
    while not source.asked.is_set():
        ears.deck.pull(480)
    ears.deck.pull(2 * AHEAD)
    assert not ears.deck.pull(480).any()
    health = ears.deck.health
    assert health.underruns >= 1
    assert health.missing >= 480
    source.go.set()
    assert np.abs(ears.hear(0.1)).max() > 0.2
    assert ears.deck.health.underruns == health.underruns


@pytest.mark.slow
def test_half_an_hour_is_played_without_a_gap_in_bounded_memory(ears: Ears) -> None:
    """By a clock that runs as fast as the mixing."""
    ears.deck.switch(ToneSource(440))
    ears.hear(60)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(29):
        ears.hear(60)
    assert ears.deck.health.underruns == 0
    heard = ears.deck.heard
    assert heard is not None
    assert heard.position == pytest.approx(1_800.0)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8_192
