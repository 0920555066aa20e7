"""Models from the command line: what is said, asked and answered."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from fixtures.hub import TOKEN, Hub, broken_off, noise
from lofi import manifest
from lofi.cli import main
from lofi.hub.folder import Folder, State
from lofi.hub.patience import Terms
from lofi.manifest import Manifest

Capture = pytest.CaptureFixture[str]


class Terminal(io.StringIO):
    """Somebody at a keyboard."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub whose one model is all that is known."""
    with Hub({"a.onnx": noise(50_000), "b.json": b"{}"}) as running:
        running.offer(tmp_path / "manifests")
        known: dict[str, Manifest] = dict(manifest.load(tmp_path / "manifests"))
        monkeypatch.setattr(manifest, "load", lambda: known)
        monkeypatch.setattr(constants, "ENDPOINT", running.url)
        monkeypatch.setattr(
            constants,
            "HUGGINGFACE_CO_URL_TEMPLATE",
            running.url + "/{repo_id}/resolve/{revision}/{filename}",
        )
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        monkeypatch.setenv("LOFI_MODELS_PATH", str(tmp_path / "models"))
        monkeypatch.setattr("sys.stdin", io.StringIO())
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "models", "tiny")


def typing(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(text))


@pytest.mark.usefixtures("hub")
def test_models_are_listed_with_size_licence_and_state(capsys: Capture) -> None:
    assert main(["models"]) == 0
    out = capsys.readouterr().out
    assert "tiny  [absent]  0.00 GB, CC-BY-NC-4.0" in out
    assert main(["models", "get", "tiny", "--yes"]) == 0
    assert main(["models", "list"]) == 0
    assert "tiny  [installed]" in capsys.readouterr().out


@pytest.mark.usefixtures("hub")
def test_models_as_json_are_complete(capsys: Capture, folder: Folder) -> None:
    assert main(["models", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)["models"]
    assert entry["path"] == str(folder.path)
    assert (entry["state"], entry["size_bytes"], entry["size_exact"]) == ("absent", 50_002, True)
    assert entry["licence"]["note"] == "Not for commercial use."


@pytest.mark.parametrize("answer", ["y\n", "Yes\n"])
def test_a_yes_installs_it(
    hub: Hub, folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: Capture, answer: str
) -> None:
    typing(monkeypatch, answer)
    assert main(["models", "get", "tiny"]) == 0
    asked = capsys.readouterr().err
    for part in ("owner/name", "0.00 GB", str(folder.path), "CC-BY-NC-4.0", "Not for commercial"):
        assert part in asked
    assert asked.index("[y/N]") > asked.index("Not for commercial")
    assert folder.state is State.INSTALLED
    assert hub.sent == hub.size


@pytest.mark.parametrize("answer", ["\n", "n\n", "", "yeah\n"])
def test_anything_else_does_not(
    hub: Hub, folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: Capture, answer: str
) -> None:
    typing(monkeypatch, answer)
    assert main(["models", "get", "tiny"]) == 2
    assert "nothing was downloaded" in capsys.readouterr().err
    assert folder.state is State.ABSENT
    assert hub.seen == []


def test_without_a_terminal_the_yes_must_be_given(
    hub: Hub, folder: Folder, capsys: Capture
) -> None:
    assert main(["models", "get", "tiny"]) == 2
    assert "--yes" in capsys.readouterr().err
    assert hub.seen == []
    assert main(["models", "--quiet", "get", "--yes", "tiny"]) == 0
    assert folder.state is State.INSTALLED
    assert capsys.readouterr().err == ""


def test_a_model_is_not_downloaded_twice(hub: Hub, capsys: Capture) -> None:
    assert main(["models", "get", "tiny", "--yes"]) == 0
    seen = len(hub.seen)
    assert main(["models", "get", "tiny", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "tiny"
    assert len(hub.seen) == seen


def test_a_download_that_was_agreed_to_goes_on_without_asking(
    hub: Hub, folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    hub.fault("a.onnx", broken_off(20_000))
    with monkeypatch.context() as patch:  # Ctrl-C while it waits after the fault
        patch.setattr("lofi.hub.download.Terms", lambda: Terms(sleep=interrupted))
        with pytest.raises(SystemExit) as caught:
            main(["models", "get", "tiny", "--yes"])
    assert caught.value.code == 130
    assert "goes on from here" in capsys.readouterr().err
    assert folder.state is State.PARTIAL
    assert main(["models", "get", "tiny"]) == 0
    assert hub.sent == hub.size


def test_verify_names_what_is_wrong_and_get_brings_it_back(
    hub: Hub, folder: Folder, capsys: Capture
) -> None:
    assert main(["models", "verify", "tiny"]) == 1
    main(["models", "get", "tiny", "--yes"])
    assert main(["models", "verify", "tiny"]) == 0
    assert "every file is right" in capsys.readouterr().err
    (folder.path / "a.onnx").write_bytes(b"x" * 50_000)
    assert folder.state is State.INSTALLED
    assert main(["models", "verify", "tiny"]) == 1
    assert "a.onnx" in capsys.readouterr().err
    assert not (folder.path / "a.onnx").exists()
    assert main(["models", "list"]) == 0
    assert "tiny  [damaged]" in capsys.readouterr().out
    sent = hub.sent
    assert main(["models", "get", "tiny"]) == 0
    assert hub.sent - sent == 50_000
    assert main(["models", "verify", "tiny", "--json"]) == 0


@pytest.mark.usefixtures("hub")
def test_remove_takes_it_away(folder: Folder, capsys: Capture) -> None:
    main(["models", "get", "tiny", "--yes"])
    with folder.lock() as lock:
        assert folder.taken(lock)
        assert main(["models", "remove", "tiny"]) == 1
        assert "being downloaded" in capsys.readouterr().err
    assert main(["models", "remove", "tiny"]) == 0
    assert folder.state is State.ABSENT
    assert not folder.path.exists()
    assert main(["models", "remove", "tiny"]) == 1
    assert main(["models", "get", "tiny"]) == 2  # the consent is gone, too


@pytest.mark.usefixtures("hub")
def test_what_its_user_put_there_is_listed_and_cannot_be_downloaded(
    folder: Folder, capsys: Capture
) -> None:
    main(["models", "get", "tiny", "--yes"])
    folder.path.rename(folder.path.with_name("mine"))
    assert main(["models", "list"]) == 0
    assert "[installed]" in capsys.readouterr().out
    assert main(["models", "get", "mine"]) == 2
    assert main(["models", "verify", "mine"]) == 0
    assert main(["models", "remove", "mine"]) == 0


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize(
    "words",
    [
        ["fetch", "tiny"],
        ["get"],
        ["get", "tiny", "tiny"],
        ["list", "tiny"],
        ["get", "tinny"],
        ["get", "../tiny"],
        ["remove", ".."],
        ["verify", "/etc"],
    ],
)
def test_words_that_make_no_sense_are_refused(words: list[str], capsys: Capture) -> None:
    assert main(["models", *words]) == 2
    assert "(" in capsys.readouterr().err


@pytest.mark.usefixtures("hub")
def test_the_nearest_name_is_suggested(capsys: Capture) -> None:
    assert main(["models", "get", "tinny"]) == 2
    assert "did you mean 'tiny'" in capsys.readouterr().err


def test_other_commands_take_no_words(capsys: Capture) -> None:
    assert main(["styles", "get"]) == 2
    assert "styles takes no 'get'" in capsys.readouterr().err


def test_nothing_of_the_hub_is_imported_for_a_list() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "lofi", "models"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "lofi.hub.shelf" in done.stderr
    assert "huggingface_hub" not in done.stderr
