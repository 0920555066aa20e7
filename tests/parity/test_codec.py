"""The codec in both directions, against transformers on the same weights, live."""

import numpy as np
import pytest

from parity.product import Product
from parity.reference import Reference

SOUND = 1e-5
"""Full scale is 1; a step of 16-bit audio is 3e-5."""


@pytest.mark.parametrize("frames", [5, 50, 400])
def test_tokens_sound_the_same(product: Product, reference: Reference, frames: int) -> None:
    random = np.random.Generator(np.random.PCG64(frames))
    codes = random.integers(0, 64, (reference.codebooks, frames), np.int64)
    sound = reference.sound(codes)
    assert sound.std() > 0.01
    np.testing.assert_allclose(product.codec.decode(codes), sound, rtol=0, atol=SOUND)


@pytest.mark.parametrize("name", ["mono", "stereo"], indirect=True)
@pytest.mark.parametrize("samples", [640 * 8, 640 * 30 + 1, 640 * 31 - 1, 32_000])
def test_sound_has_the_same_tokens(product: Product, reference: Reference, samples: int) -> None:
    random = np.random.Generator(np.random.PCG64(samples))
    sound = random.normal(0, 0.15, (reference.channels, samples)).astype(np.float32)
    codes = reference.codes(sound)
    assert codes.shape == (reference.codebooks, -(-samples // 640))
    assert len(np.unique(codes)) > 10  # and not one entry for everything
    assert np.array_equal(product.codec.encode(sound), codes)
