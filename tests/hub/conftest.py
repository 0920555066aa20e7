"""Downloads from a hub on loopback, with patience that takes no time."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.hub import TOKEN, Hub, noise
from lofi.hub.patience import Terms

Waits = list[float]
FILES = {"config.json": b'{"a": 1}\n', "sub/model.onnx": noise(300_000), "b.bin": noise(70_000, 1)}


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the user who runs the tests: no proxy, no cache, one token that must not leak."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(FILES) as running:
        yield running


@pytest.fixture
def waits() -> Waits:
    """How long downloads would have slept."""
    return []


@pytest.fixture
def terms(waits: Waits) -> Callable[..., Terms]:
    """The usual terms but for sleep, which only takes notes."""
    return lambda **change: Terms(**{"sleep": waits.append, "spare": 0, **change})
