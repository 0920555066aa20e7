"""Tape, room, sidechain and filters."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import hilbert

from backends.procedural.sound.band import Band
from backends.procedural.sound.measures import centroid, decibels, rms
from lofi.backends.procedural.recipe import Instrument, Part, Recipe
from lofi.backends.procedural.sound.engine import Engine
from lofi.backends.procedural.sound.filter import Filter, filtered, lowpass
from lofi.backends.procedural.sound.reverb import Reverb, room
from lofi.backends.procedural.sound.sidechain import Sidechain
from lofi.backends.procedural.sound.tape import Tape, crushed
from lofi.sound.pcm import QUANTUM, SAMPLE_RATE, Signal

DRY = Recipe(ambience={}, reverb=0.0, duck=0.0, tape=0.0)


def through_tape(sound: Signal, amount: float) -> Signal:
    tape = Tape(amount)
    quanta = [
        tape.process(sound[:, at : at + QUANTUM], at, (amount, amount))
        for at in range(0, sound.shape[1], QUANTUM)
    ]
    return np.concatenate(quanta, axis=1)


def tone(hertz: float, seconds: int, level: float = 0.1) -> Signal:
    clock = np.arange(seconds * SAMPLE_RATE)
    sine = np.sin(2 * np.pi * hertz / SAMPLE_RATE * clock) * level
    return np.stack([sine, sine]).astype(np.float32)


def wobble(sound: Signal) -> float:
    """The largest deviation of a tone of 1 kHz from its pitch, in cents."""
    phase = np.unwrap(np.angle(hilbert(sound[0].astype(np.float64))))
    hertz = np.diff(phase[::480]) * 100 / (2 * np.pi)
    return float(np.abs(1200 * np.log2(hertz[10:-10] / 1_000)).max())


@pytest.mark.parametrize(("amount", "low", "high"), [(0.0, 0.0, 0.05), (0.5, 2, 5), (1.0, 4, 8)])
def test_tape_bends_pitch_by_a_few_cents(amount: float, low: float, high: float) -> None:
    assert low <= wobble(through_tape(tone(1_000, 8), amount)) <= high


def test_tape_dulls_and_saturates() -> None:
    rng = np.random.default_rng(1)
    hiss = (rng.standard_normal((2, 10 * QUANTUM)) * 0.05).astype(np.float32)
    assert centroid(through_tape(hiss, 1.0)) < 0.8 * centroid(through_tape(hiss, 0.0))
    shapes = []
    for amount in (0.0, 1.0):
        spectrum = np.abs(np.fft.rfft(through_tape(tone(1_000, 2, 0.5), amount)[0, 24_000:72_000]))
        shapes.append(spectrum[2_950:3_050].max() / spectrum[950:1_050].max())
    assert shapes[1] > 2 * shapes[0]


def test_crushing_adds_grit_and_none_is_untouched() -> None:
    sound = tone(500, 1)[:, :QUANTUM]
    assert np.array_equal(crushed(sound, (0.0, 0.0)), sound)
    light, heavy = (rms(crushed(sound, (a, a)) - sound) for a in (0.3, 1.0))
    assert decibels(heavy, rms(sound)) > -35
    assert heavy > 2 * light > 0


def test_the_room_dies_away_within_its_time_and_is_equally_loud_on_both_sides() -> None:
    response = room(1)
    assert response.shape[1] <= 1.6 * SAMPLE_RATE
    assert abs(np.vdot(response[0], response[1])) < 0.5
    early, late = (rms(response[:, a : a + 9_600]) for a in (2_400, 57_600))
    assert decibels(late, early) < -30
    for hertz in (110, 220, 523, 1_200):
        sides = Reverb(response)
        wet = [
            sides.process(tone(hertz, 3)[:, at : at + QUANTUM])
            for at in range(0, 3 * SAMPLE_RATE, QUANTUM)
        ]
        steady = np.concatenate([block for block in wet[-20:] if block is not None], axis=1)
        assert abs(decibels(rms(steady[0]), rms(steady[1]))) < 1.5


def test_the_reverb_is_the_convolution_with_its_response() -> None:
    rng = np.random.default_rng(2)
    response = (rng.standard_normal((2, 3_000)) * 0.02).astype(np.float32)
    sound = (rng.standard_normal((2, 4 * QUANTUM)) * 0.1).astype(np.float32)
    reverb = Reverb(response)
    blocks = [reverb.process(sound[:, k * QUANTUM : (k + 1) * QUANTUM]) for k in range(4)]
    wet = np.concatenate([block for block in blocks if block is not None], axis=1)
    for side in range(2):
        expected = np.convolve(sound[side], response[side])[: wet.shape[1]]
        assert np.allclose(wet[side], expected, atol=1e-4)
    rest = [reverb.process(None) for _ in range(4)]
    assert rest[0] is not None
    assert rest[-1] is None


def test_reverb_fills_the_gaps_between_notes() -> None:
    def gap(reverb: float) -> float:
        recipe = replace(DRY, reverb=reverb, chords=Instrument.MARIMBA, bpm=40.0)
        engine = Engine(Band(recipe, parts=frozenset({Part.CHORDS}), bars=1), recipe, 1)
        engine.render(round(4.0 * SAMPLE_RATE))
        return rms(engine.render(SAMPLE_RATE // 2))

    assert gap(1.0) > 3 * gap(0.0)


def test_ducking_presses_the_pad_down_after_each_kick() -> None:
    def dip(duck: float) -> float:
        recipe = replace(DRY, duck=duck, bpm=60.0)
        band = Band(recipe, parts=frozenset({Part.PAD, Part.DRUMS}))
        without = Band(recipe, parts=frozenset({Part.PAD}))
        kick = round((4 + 1.75) * SAMPLE_RATE)
        both = Engine(band, recipe, 1).render(kick + SAMPLE_RATE)
        plain = Engine(without, recipe, 1).render(kick + SAMPLE_RATE)
        after = slice(kick + 1_000, kick + 5_000)
        low = lowpass(1_500.0)
        pressed, drums = filtered(low, both)[:, after], filtered(low, plain)[:, after]
        return float(np.vdot(pressed, drums) / np.vdot(drums, drums))

    none, full = dip(0.0), dip(1.0)
    assert none > 0.9
    assert full < 0.7 * none


def test_pressure_is_continuous_and_forgets() -> None:
    side = Sidechain()
    assert side.pressure(0) is None
    side.strike(1_000, 1.0)
    quanta = [side.pressure(k * QUANTUM) for k in range(30)]
    assert quanta[-1] is None
    curve = np.concatenate([quantum for quantum in quanta if quantum is not None])
    assert curve[:1_000].max() == 0
    assert 0.9 < curve.max() <= 1
    assert np.abs(np.diff(curve)).max() < 0.01


def test_a_filter_in_blocks_equals_the_filter_at_once() -> None:
    noise = np.random.default_rng(3).standard_normal((2, 5_000)).astype(np.float32)
    filter_ = Filter(lowpass(900.0))
    blocks = [filter_.process(block) for block in np.split(noise, 4, axis=1)]
    assert np.allclose(np.concatenate(blocks, axis=1), filtered(lowpass(900.0), noise), atol=1e-6)
