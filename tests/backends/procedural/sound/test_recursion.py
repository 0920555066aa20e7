"""The short way to scipy's recursive filter, and the front door."""

import subprocess
import sys

import numpy as np
import pytest

from lofi.backends.procedural.sound import recursion


def test_the_short_way_is_there_and_gives_what_the_front_door_gives() -> None:
    short = recursion.compiled()
    assert short is not None, "scipy keeps its compiled filter elsewhere: the radio starts later"
    noise = np.random.default_rng(0).normal(size=(2, 999))
    b, a = np.array([0.2, 0.3, 0.1]), np.array([1.0, -1.1, 0.4])
    state = np.full((2, 2), 0.25)
    for ours, theirs in zip(
        short(b, a, noise, -1, state), recursion.public()(b, a, noise, -1, state), strict=True
    ):
        assert ours.dtype == np.float64
        assert np.array_equal(ours, theirs)


def test_without_it_the_front_door_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recursion, "COMPILED", "_moved")
    assert recursion.compiled() is None


def test_the_engine_plays_without_importing_scipy_signal() -> None:
    code = (
        "import sys; import lofi.backends.procedural.sound.stream; "
        "assert 'scipy.signal' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
