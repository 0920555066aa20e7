"""Finding backends."""

import subprocess
import sys

import pytest

from lofi.backends import registry
from lofi.errors import BackendNotInstalled, InvalidBackend


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
    assert caught.value.hint == "use one of: auto, procedural"


def test_auto_says_why() -> None:
    choice = registry.choose("auto")
    assert choice.backend.name == "procedural"
    assert choice.reason == "no neural model installed; `lofi-daemon models` lists them"


def test_auto_prefers_an_installed_model_of_higher_rank(monkeypatch: pytest.MonkeyPatch) -> None:
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

        def model_version(self, _weights: object = None, /) -> None:
            return None

    every = {"procedural": procedural, "neural": Neural(), "missing": Missing()}
    monkeypatch.setattr(registry, "names", lambda: tuple(every))
    monkeypatch.setattr(registry, "get", every.__getitem__)
    choice = registry.choose("auto")
    assert (choice.backend.name, choice.reason) == ("neural", "the best model installed")
    with pytest.raises(BackendNotInstalled, match="Missing is not installed"):
        registry.choose("missing")


def test_listing_backends_imports_no_runtime() -> None:
    script = (
        "import sys; from lofi.backends import registry; registry.every(); registry.choose('auto');"
        "print([name for name in ('scipy', 'onnxruntime', 'torch', 'soundfile')"
        " if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_importing_lofi_imports_nothing_heavy() -> None:
    script = "import sys, lofi; print(sorted({'numpy', 'scipy', 'pydantic'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
