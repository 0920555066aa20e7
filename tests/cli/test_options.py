"""Options of single backends on the command line; the fake has one of every kind."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import lofi.backends
from fixtures.fakes import BACKENDS, INFERENCE
from lofi.cli import headless, main
from lofi.jobs.worker import Worker

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where nothing of the user is seen, with the fake on board."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-config"))
    monkeypatch.setenv("LOFI_MODELS_PATH", str(tmp_path / "no-models"))
    monkeypatch.setattr(lofi.backends, "__path__", [*lofi.backends.__path__, str(BACKENDS)])
    monkeypatch.setattr(headless, "Worker", partial(Worker, INFERENCE))
    return tmp_path


def made(capsys: Capture, *arguments: str) -> dict[str, Any]:
    """The track that a command line makes, by the fake."""
    asked = ("-p", "steady", "-d", "1", "-s", "7", "-b", "fake", "--json", "--force")
    assert main([*asked, *arguments]) == 0, capsys.readouterr().err
    track: dict[str, Any] = json.loads(capsys.readouterr().out)
    return track


def refused(capsys: Capture, *arguments: str) -> str:
    assert main(["-p", "steady", "-d", "1", "-b", "fake", *arguments]) == 2
    return capsys.readouterr().err


def test_what_a_backend_declares_can_be_said(capsys: Capture) -> None:
    track = made(capsys, "--voices", "3", "--loudness", "2", "--humming", "yes")
    assert track["voices"] == 3
    loud, _ = soundfile.read("output.wav")
    assert made(capsys)["track_id"] != track["track_id"]
    soft, _ = soundfile.read("output.wav")
    assert np.abs(loud).max() == pytest.approx(2 * np.abs(soft).max(), rel=0.01)


def test_a_track_says_under_which_licence_its_weights_are(capsys: Capture) -> None:
    assert made(capsys)["licence"] == "CC0-1.0"
    with soundfile.SoundFile("output.wav") as file:
        assert file.copyright == "model weights: CC0-1.0"
        assert json.loads(file.comment)["licence"] == "CC0-1.0"
    assert made(capsys, "-d", "5", "-b", "procedural")["licence"] is None
    with soundfile.SoundFile("output.wav") as file:
        assert file.copyright == ""
        assert json.loads(file.comment)["licence"] is None


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--voices", "many", "voices: 'many' is not valid (1 to 4)"),
        ("--voices", "5", "voices: '5' is not valid (1 to 4)"),
        ("--loudness", "-1", "loudness: '-1' is not valid (0.5 to 2)"),
        ("--humming", "perhaps", "humming: 'perhaps' is not valid (yes or no)"),
        ("--start-from", "nowhere.wav", "cannot read nowhere.wav: there is no such file"),
    ],
)
def test_a_wrong_value_is_named_with_the_rule(
    capsys: Capture, folder: Path, option: str, value: str, words: str
) -> None:
    assert words in refused(capsys, option, value)
    assert list(folder.iterdir()) == []


def test_a_track_can_start_from_a_file_wherever_that_lies(capsys: Capture, folder: Path) -> None:
    soundfile.write(folder / "a.wav", np.zeros(8_000), 8_000)
    (folder / "b.wav").write_bytes((folder / "a.wav").read_bytes())
    tracks = [made(capsys, "--start-from", name) for name in ("a.wav", "b.wav")]
    assert tracks[0]["track_id"] == tracks[1]["track_id"] != made(capsys)["track_id"]
    assert tracks[0]["began_with"] == (folder / "a.wav").stat().st_size


def test_what_another_backend_declares_is_passed_over_in_one_line(capsys: Capture) -> None:
    assert main(["-p", "rain", "-d", "5", "-b", "procedural", "--voices", "2", "--humming=x"]) == 0
    passed = [line for line in capsys.readouterr().err.splitlines() if "passed over" in line]
    assert passed == ["--voices, --humming: procedural has no such option; passed over"]


def test_help_says_what_the_options_mean_and_whose_they_are(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert "--voices N            fake: 1 to 4" in text
    assert "--start-from FILE     fake: a sound to start from" in text


def test_the_daemon_has_no_use_for_them(capsys: Capture) -> None:
    assert main(["--daemon", "--voices", "2"]) == 2
    assert "do not apply to the daemon" in capsys.readouterr().err


def test_what_nobody_declares_is_refused(capsys: Capture) -> None:
    assert "unrecognized arguments: --voyces" in refused(capsys, "--voyces", "2")


def test_a_track_can_be_heard_while_it_is_made(capsys: Capture, folder: Path) -> None:
    made(capsys, "-p", "steady stream", "--growing", "now.wav")
    assert np.array_equal(soundfile.read("now.wav")[0], soundfile.read("output.wav")[0])
    assert {path.name for path in folder.iterdir()} == {"now.wav", "output.wav"}


def test_what_could_be_heard_of_a_track_that_failed_is_gone(folder: Path) -> None:
    command = ["-p", "raise stream", "-d", "1", "-b", "fake", "-q", "--growing", "now.wav"]
    assert main(command) == 1
    assert list(folder.iterdir()) == []


def test_a_file_to_hear_may_not_replace_another(capsys: Capture, folder: Path) -> None:
    (folder / "now.wav").write_text("mine")
    assert "now.wav already exists" in refused(capsys, "--growing", "now.wav")
    assert "name one file" in refused(capsys, "--growing", "./output.wav")
    assert (folder / "now.wav").read_text() == "mine"
