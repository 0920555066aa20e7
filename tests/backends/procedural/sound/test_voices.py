"""Every instrument and every drum, alone."""

import numpy as np
import pytest

from backends.procedural.sound.measures import centroid, cents_off, rms
from lofi.backends.procedural.recipe import Instrument, Kit
from lofi.backends.procedural.score import Drum
from lofi.backends.procedural.sound.voices import (
    VOICES,
    frequency,
    held,
    loudness,
    pitched,
    struck,
)
from lofi.sound.pcm import SAMPLE_RATE

BASSES = {Instrument.BASS_GUITAR, Instrument.UPRIGHT_BASS, Instrument.SYNTH_BASS}


def natural(instrument: Instrument) -> int:
    return 38 if instrument in BASSES else 64


@pytest.mark.parametrize("instrument", list(Instrument))
def test_every_instrument_sounds_cleanly_and_ends_at_zero(instrument: Instrument) -> None:
    for pitch in (natural(instrument) - 9, natural(instrument) + 14):
        for seconds in (0.02, 0.7, 30.0):
            note = pitched(instrument, pitch, seconds, 0.7)
            assert note.dtype == np.float32
            assert note.shape[0] in {1, 2}
            assert note.shape[1] < 10.5 * SAMPLE_RATE
            assert np.isfinite(note).all()
            assert not note[:, -1].any()
            assert rms(note) > 1e-3
            assert np.abs(note).max() < 2.0


@pytest.mark.parametrize("instrument", list(Instrument))
def test_every_instrument_is_in_tune(instrument: Instrument) -> None:
    for pitch in (natural(instrument) - 5, natural(instrument) + 8):
        note = pitched(instrument, pitch, 1.5, 0.7)
        assert abs(cents_off(note, frequency(pitch))) < 30
        assert abs(cents_off(note, frequency(pitch + 0.5))) > 30


@pytest.mark.parametrize("instrument", list(Instrument))
def test_a_harder_touch_is_louder_and_never_darker(instrument: Instrument) -> None:
    soft, hard = (pitched(instrument, natural(instrument), 1.0, v) for v in (0.25, 1.0))
    assert rms(hard) * loudness(1.0) > 2 * rms(soft) * loudness(0.25)
    assert centroid(hard) > 0.97 * centroid(soft)


def test_a_note_is_the_same_each_time_it_is_rendered() -> None:
    first, again = (pitched(Instrument.FLUTE, 72, 0.6, 0.5) for _ in range(2))
    assert np.array_equal(first, again)


def test_instruments_have_about_the_same_loudness() -> None:
    levels = [rms(pitched(i, natural(i), 1.0, 0.7)[:, :SAMPLE_RATE]) for i in VOICES]
    assert max(levels) / min(levels) < 4


def test_mallets_ring_whatever_is_written() -> None:
    assert held(Instrument.MARIMBA, 0.1) == held(Instrument.MARIMBA, 4.0)
    assert held(Instrument.ORGAN, 0.1) < held(Instrument.ORGAN, 4.0)


@pytest.mark.parametrize("kit", list(Kit))
def test_every_drum_of_every_kit_sounds_cleanly_and_ends_at_zero(kit: Kit) -> None:
    for drum in Drum:
        stroke = struck(kit, drum, 0.8, 0)
        assert np.isfinite(stroke).all()
        assert rms(stroke) > 1e-4
        assert np.abs(stroke).max() < 2.0
        assert not stroke[:, -1].any()
        assert abs(float(stroke.mean())) < 0.15 * rms(stroke)
        assert not np.array_equal(stroke, struck(kit, drum, 0.8, 1))


@pytest.mark.parametrize("kit", list(Kit))
def test_kicks_are_low_and_hats_are_high(kit: Kit) -> None:
    kick, snare, hat = (centroid(struck(kit, d, 0.8, 0)) for d in (Drum.KICK, Drum.SNARE, Drum.HAT))
    assert kick < 1_000
    assert kick < snare < hat
    assert hat > 4_000


def test_kits_differ() -> None:
    kicks = {struck(kit, Drum.KICK, 0.8, 0).tobytes() for kit in Kit}
    assert len(kicks) == len(Kit)
