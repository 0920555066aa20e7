"""The endless stream with the real composer."""

import numpy as np
import pytest

from backends.procedural.sound.measures import rms, true_peak
from lofi.backends.procedural.recipe import Instrument, Kit, Part, Recipe
from lofi.backends.procedural.sound.stream import Stream
from lofi.sound.loudness import Meter
from lofi.sound.pcm import SAMPLE_RATE


def test_a_stream_plays_at_once_and_stays_below_the_ceiling() -> None:
    stream = Stream(Recipe(intensity=0.9), 4)
    sound = stream.render(8 * SAMPLE_RATE)
    assert sound.shape == (2, 8 * SAMPLE_RATE)
    assert rms(sound[:, : SAMPLE_RATE // 2]) > 1e-4
    assert true_peak(sound) < -1


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(),
        Recipe(intensity=0.1),
        Recipe(intensity=0.9, kit=Kit.HOUSE, bpm=122, bass=Instrument.SYNTH_BASS),
        Recipe(kit=None, chords=Instrument.PIANO, lead=None, reverb=0.8, brightness=0.3),
    ],
    ids=["default", "quiet", "house", "piano"],
)
def test_music_is_near_its_nominal_loudness_without_being_measured(recipe: Recipe) -> None:
    stream, meter = Stream(recipe, 7), Meter()
    stream.render(10 * SAMPLE_RATE)
    meter.add(stream.render(30 * SAMPLE_RATE))
    assert abs(meter.integrated() + 18) < 2


def test_a_stream_is_its_recipe_and_seed() -> None:
    first, again, other = (Stream(Recipe(), seed).render(3 * SAMPLE_RATE) for seed in (4, 4, 5))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_controls_are_remembered_and_heard() -> None:
    stream = Stream(Recipe(ambience={}, reverb=0.0), 4)
    stream.render(SAMPLE_RATE)
    stream.steer(bpm=90.0, brightness=0.9)
    assert stream.recipe == Recipe(ambience={}, reverb=0.0, bpm=90.0, brightness=0.9)
    for layer in Part:
        stream.mute(layer)
    assert stream.muted == frozenset(Part)
    stream.render(SAMPLE_RATE // 4)
    assert rms(stream.render(SAMPLE_RATE // 2)) < 1e-4
    for layer in Part:
        stream.unmute(layer)
    stream.render(SAMPLE_RATE // 4)
    assert rms(stream.render(2 * SAMPLE_RATE)) > 1e-3
    stream.set_volume(0.0)
    stream.render(SAMPLE_RATE // 4)
    assert rms(stream.render(SAMPLE_RATE)) < 1e-6
    assert stream.volume == 0.0


def test_an_unknown_control_is_refused_and_changes_nothing() -> None:
    stream = Stream(Recipe(), 4)
    with pytest.raises(TypeError):
        stream.steer(sparkle=1.0)
    assert stream.recipe == Recipe()
