"""Each model once in transformers and once as the backend opens it, for a whole file of tests."""

from functools import cache

import pytest
import torch

from parity import golden, tiny
from parity.product import Product
from parity.reference import Reference

torch.set_num_threads(1)  # the tests themselves run side by side

WEIGHTS = {"mono-split": "mono"}
"""Folders whose weights have another name."""


@cache
def reference_of(name: str) -> Reference:
    return golden.reference(WEIGHTS.get(name, name))[0]


@pytest.fixture(params=[name for name in tiny.MODELS if name != "melody"])
def name(request: pytest.FixtureRequest) -> str:
    """The name of a model folder; the melody model has tests of its own."""
    return str(request.param)


@pytest.fixture
def reference(name: str) -> Reference:
    return reference_of(name)


@pytest.fixture
def product(name: str) -> Product:
    return Product(tiny.FOLDER / name)
