"""The vectors that the default tests use are what the original computes now."""

import numpy as np
import pytest

from parity.ace_step import erg, golden
from parity.ace_step.original import Original

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"  # the original asks old names of torch
)


def test_golden_vectors_are_what_the_original_computes(judge: Original) -> None:
    same(golden.read(), golden.made(judge))


def test_vectors_with_erg_are_what_the_original_computes(deep_judge: Original) -> None:
    same(erg.read(), erg.made(deep_judge))


def same(kept: golden.Arrays, made: golden.Arrays) -> None:
    assert set(kept) == set(made)
    for key, array in made.items():
        assert kept[key].dtype == array.dtype, key
        if array.dtype == np.float32:
            # another version of torch may add in another order
            np.testing.assert_allclose(kept[key], array, rtol=0, atol=2e-4, err_msg=key)
        else:
            assert np.array_equal(kept[key], array), key
