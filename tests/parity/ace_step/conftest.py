"""The checkpoint of the tiny model, and the original where a checkout of it is named."""

from pathlib import Path

import pytest

from parity.ace_step import original, tiny
from parity.ace_step.original import Original


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder with the weights of tests/fixtures/models/ace_step."""
    folder = tmp_path_factory.mktemp("checkpoint")
    tiny.save(folder)
    return folder


@pytest.fixture(scope="session")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint folder with the weights of tests/fixtures/models/ace_step-erg."""
    folder = tmp_path_factory.mktemp("deep")
    tiny.save_deep(folder)
    return folder


@pytest.fixture(scope="session")
def judge(source: Path) -> Original:
    """The original code on the same weights."""
    return judging(source)


@pytest.fixture(scope="session")
def deep_judge(deep: Path) -> Original:
    """The original code on the weights with enough blocks for ERG."""
    return judging(deep)


def judging(source: Path) -> Original:
    checkout = original.folder()
    if checkout is None:
        pytest.skip(f"{original.VARIABLE} names no checkout of ACE-Step: not held to its code")
    return Original(checkout, source)
