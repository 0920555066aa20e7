"""Whether what is installed is still right, and taking it away."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from fixtures.hub import Hub
from hub.test_download import MODEL, Get, Make
from lofi import manifest
from lofi.errors import BackendNotReady, ModelNotFound
from lofi.hub import shelf
from lofi.hub.check import verify
from lofi.hub.folder import State
from lofi.hub.progress import Step
from lofi.hub.removal import remove


@pytest.fixture
def get(hub: Hub, tmp_path: Path, terms: Make) -> Get:
    """A model that is installed."""
    got = Get(hub, tmp_path / "models", terms())
    got()
    return got


def checked(get: Get) -> tuple[list[Step], tuple[str, ...]]:
    steps, checking = [], verify(get.root, "tiny")
    while True:
        try:
            steps.append(next(checking))
        except StopIteration as end:
            return steps, end.value


def test_what_is_right_is_said_so_and_stays(get: Get) -> None:
    steps, wrong = checked(get)
    assert wrong == ()
    assert steps[-1].total_percent == 100
    get.holds()


def test_one_wrong_byte_in_an_installed_file_is_found_and_removed(get: Get, hub: Hub) -> None:
    path = get.folder.path / "model.onnx"
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    assert get.folder.state is State.INSTALLED  # names and sizes say nothing about it
    assert checked(get)[1] == ("model.onnx",)
    assert not path.exists()
    state: State = get.folder.state
    assert state is State.DAMAGED
    sent = hub.sent
    get()
    get.holds()
    assert hub.sent - sent == len(hub.files[MODEL])


def test_what_is_missing_or_cut_is_named(get: Get) -> None:
    (get.folder.path / "b.bin").unlink()
    os.truncate(get.folder.path / "config.json", 3)
    assert get.folder.state is State.DAMAGED
    assert checked(get)[1] == ("config.json", "b.bin")


def test_a_manifest_that_cannot_be_read_is_no_installation(get: Get, hub: Hub) -> None:
    (get.folder.path / manifest.NAME).write_text("name = [")
    assert get.folder.state is State.PARTIAL
    with pytest.raises(ModelNotFound):
        checked(get)
    seen = len(hub.seen)
    get()
    get.holds()
    assert len(hub.seen) == seen


def test_what_is_not_installed_cannot_be_checked_or_removed(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="nothing"):
        next(verify(tmp_path, "nothing"))
    with pytest.raises(ModelNotFound, match="nothing"):
        remove(tmp_path, "nothing")


def test_removing_frees_everything_and_forgets_the_consent(get: Get, hub: Hub) -> None:
    get.folder.agree(hub.model(), consent=True)
    (get.folder.path / "model.onnx.000000000000.part").write_bytes(b"x" * 1000)
    assert remove(get.root, "tiny") > hub.size + 1000
    assert get.folder.state is State.ABSENT
    assert not get.folder.agreed(hub.model())


def test_nothing_is_removed_under_a_download(get: Get, hub: Hub) -> None:
    (get.folder.path / manifest.NAME).unlink()

    def under_way() -> Generator[None, None, None]:
        with get.folder.lock() as lock:
            assert get.folder.taken(lock)
            yield

    holding = under_way()
    next(holding)
    with pytest.raises(BackendNotReady):
        remove(get.root, "tiny")
    holding.close()
    assert remove(get.root, "tiny") >= hub.size


def test_consent_is_to_one_licence(get: Get, hub: Hub) -> None:
    model = hub.model()
    assert not get.folder.agreed(model)
    get.folder.agree(model, consent=True)
    assert get.folder.agreed(model)
    other = model.licence.model_copy(update={"name": "Other"})
    assert not get.folder.agreed(model.model_copy(update={"licence": other}))
    get.folder.agree(model, consent=False)
    assert not get.folder.agreed(model)


def test_models_of_the_user_stand_beside_those_on_offer(get: Get) -> None:
    entries = shelf.every(get.root)
    assert set(manifest.load()) < set(entries)
    assert entries["tiny"].state is State.INSTALLED
    assert not entries["tiny"].offered
    assert entries["musicgen-small-fp32"].state is State.ABSENT
    assert shelf.find(get.root, "tiny").model.name == "tiny"
