"""Gains that glide."""

import numpy as np
import pytest

from lofi.playback.fader import Fader, Glide
from lofi.sound.pcm import SAMPLE_RATE


@pytest.mark.parametrize("block", [1, 7, 480, 4_800])
def test_a_glide_is_straight_and_arrives_exactly(block: int) -> None:
    glide = Glide(1.0)
    glide.send(0.25, 0.02)
    values = np.concatenate(
        [np.broadcast_to(glide.take(block), (block,)) for _ in range(-(-1_000 // block))]
    )[:1_000]
    steps = np.diff(np.concatenate([[1.0], values]))
    assert steps.min() == pytest.approx(-1 / 960)
    assert steps.max() <= 0.0
    assert (values[720:] == 0.25).all()
    assert glide.take(10) == 0.25


def test_what_is_at_rest_is_exact() -> None:
    fader = Fader()
    fader.presence.jump(1.0)
    fader.volume.jump(0.25)
    sound = np.full((2, 100), 0.5, np.float32)
    assert (fader.apply(sound) == 0.125).all()


def test_all_gains_multiply() -> None:
    fader = Fader()
    for glide in (fader.volume, fader.room, fader.fade, fader.presence):
        glide.jump(0.5)
    assert (fader.apply(np.ones((2, 9), np.float32)) == 0.0625).all()
    fader.audible.jump(0.0)
    assert not fader.apply(np.ones((2, 9), np.float32)).any()


def test_who_is_paused_is_present_until_the_sound_has_died_away() -> None:
    fader = Fader()
    assert not fader.present
    fader.presence.jump(1.0)
    fader.presence.send(0.0, 0.01)
    assert fader.present
    fader.apply(np.ones((2, SAMPLE_RATE // 100), np.float32))
    assert not fader.present
