"""Finding backends."""

import subprocess
import sys
from pathlib import Path

import pytest

from lofi.backends import registry
from lofi.errors import BackendNotInstalled, InvalidBackend


def nowhere(name: str) -> Path:
    return Path("/nowhere") / name


@pytest.mark.parametrize("name", ["procedural", "PROCEDURAL", " Procedural ", "proce-dural"])
def test_spelling_does_not_matter(name: str) -> None:
    assert registry.get(name).name == "procedural"


def test_a_near_miss_is_named() -> None:
    with pytest.raises(InvalidBackend) as caught:
        registry.get("proceduarl")
    assert caught.value.hint == "did you mean 'procedural'?"


@pytest.mark.parametrize("name", ["zzz", "", "os", "../x", "__class__", "{0}", "%s", "base"])
def test_a_name_that_is_no_backend_lists_those_that_are(name: str) -> None:
    with pytest.raises(InvalidBackend) as caught:
        registry.get(name)
    assert caught.value.hint == f"use one of: {', '.join(('auto', *registry.names()))}"


def test_auto_says_why() -> None:
    choice = registry.choose("auto", nowhere)
    assert choice.backend.name == "procedural"
    assert choice.reason == "no neural model installed; `lofi-daemon models` lists them"


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """A backend that needs nothing, one that takes any weights, and one that lacks some."""
    procedural = registry.get("procedural")

    class Neural(type(procedural)):  # type: ignore[misc]
        name = "neural"
        title = "Neural"
        rank = 10
        neural = True

    class Missing(Neural):
        name = "missing"
        title = "Missing"
        rank = 20

        def model_version(self, weights: object, /) -> str:
            raise BackendNotInstalled(f"{weights} lacks decoder.onnx", hint="get it")

    every = {"procedural": procedural, "neural": Neural(), "missing": Missing()}
    monkeypatch.setattr(registry, "names", lambda: tuple(every))
    monkeypatch.setattr(registry, "get", every.__getitem__)


@pytest.mark.usefixtures("three")
def test_auto_passes_over_what_is_not_installed() -> None:
    choice = registry.choose("auto", nowhere)
    assert (choice.backend.name, choice.reason) == ("neural", "the best model installed")


@pytest.mark.usefixtures("three")
def test_what_lacks_a_file_says_which_when_it_is_asked_for() -> None:
    with pytest.raises(BackendNotInstalled, match="/models/missing lacks decoder"):
        registry.choose("missing", lambda name: Path(f"/models/{name}"))


def test_a_folder_that_no_neural_backend_takes_is_an_error_and_says_what_it_lacks(
    three: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del three
    monkeypatch.setattr(registry, "names", lambda: ("procedural", "missing"))
    assert registry.choose("auto", nowhere).backend.name == "procedural"
    with pytest.raises(BackendNotInstalled, match="/x lacks decoder") as caught:
        registry.choose("Auto", lambda _name: Path("/x"), folder=True)
    assert caught.value.hint == "get it"


def test_listing_backends_imports_no_runtime() -> None:
    script = (
        "import sys; from pathlib import Path; from lofi.backends import registry;"
        "registry.every(); registry.choose('auto', lambda _: Path('/nowhere'));"
        "print([name for name in ('scipy', 'onnxruntime', 'torch', 'soundfile')"
        " if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_importing_lofi_imports_nothing_heavy() -> None:
    script = "import sys, lofi; print(sorted({'numpy', 'scipy', 'pydantic'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
