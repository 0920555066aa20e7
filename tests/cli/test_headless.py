"""The headless command, as a stranger meets it."""

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from lofi import __version__
from lofi.cli import main

PROMPT = "rainy night, rhodes, vinyl, 72 bpm"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LOFI_MODELS_PATH", str(tmp_path / "no-models"))
    for name in ("LOFI_BACKEND", "LOFI_DEVICE", "LOFI_THREADS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "lofi", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    process = start(*arguments)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def test_words_become_a_wav(folder: Path) -> None:
    done = run("--prompt", PROMPT, "--duration", "6", "--output", "night.wav", "--seed", "42")
    assert done.returncode == 0
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[0] == "procedural: no neural model installed; `lofi-daemon models` lists them"
    assert any("72 bpm" in line and line.startswith("understood") for line in lines)
    assert lines[-1].startswith(f"{folder / 'night.wav'}: 6 s, seed 42, made in ")
    with soundfile.SoundFile(folder / "night.wav") as file:
        assert (file.frames, file.samplerate, file.channels) == (6 * 48_000, 48_000, 2)
        assert file.title == PROMPT
        assert file.software.startswith(f"lofi {__version__}")
        origin = json.loads(file.comment)
    assert origin["prompt"] == PROMPT
    assert (origin["seed"], origin["backend"], origin["lofi"]) == (42, "procedural", __version__)


def test_json_is_one_object_on_standard_output_and_repeats_the_track(folder: Path) -> None:
    first = run("-p", PROMPT, "-d", "5", "-o", "a.flac", "--json", "--quiet")
    assert first.returncode == 0
    assert first.stderr == ""
    track = json.loads(first.stdout)
    assert track["path"] == str(folder / "a.flac")
    assert track["duration_sec"] == 5
    assert track["sample_rate"] == 48_000
    assert track["backend"] == "procedural"
    assert track["understood"]["tempo"]
    second = run("-p", PROMPT, "-d", "5", "-o", "b.flac", "--json", "-q", "-s", str(track["seed"]))
    assert json.loads(second.stdout)["track_id"] == track["track_id"]
    one, _ = soundfile.read("a.flac")
    two, _ = soundfile.read("b.flac")
    assert np.array_equal(one, two)


@pytest.mark.parametrize("form", ["wav", "flac", "ogg", "mp3"])
def test_every_format_can_be_asked_for(folder: Path, form: str) -> None:
    assert main(["-p", "piano", "-d", "5", "--format", form, "-q"]) == 0
    assert soundfile.info(folder / f"output.{form}").format == form.upper()


BAD: list[tuple[Sequence[str], str]] = [
    (("--quiet",), "nothing to do"),
    (("-p", ""), "the prompt is empty"),
    (("-p", "   "), "the prompt is empty"),
    (("-p", "x" * 5000), "5000 characters, 1000 are allowed"),
    (("-p", "a\x1bb"), "control character U+001B"),
    (("-p", "x", "-d", "0"), "duration '0'"),
    (("-p", "x", "-d", "-3"), "5 to 600"),
    (("-p", "x", "-d", "abc"), "duration 'abc'"),
    (("-p", "x", "-d", "1e9"), "duration '1e9'"),
    (("-p", "x", "-d", "nan"), "duration 'nan'"),
    (("-p", "x", "-d", "5.5"), "whole seconds"),
    (("-p", "x", "-b", "proceduarl"), "did you mean 'procedural'?"),
    (("-p", "x", "-s", "-1"), "seed -1"),
    (("-p", "x", "-s", "abc"), "seed 'abc'"),
    (("-p", "x", "--threads", "0"), "--threads: '0'"),
    (("-p", "x", "--device", "tpu"), "auto, cpu, cuda, metal"),
    (("-p", "x", "-o", "song.xyz"), "cannot tell a format"),
    (("-p", "x", "-o", "song.wav", "--format", "mp3"), "says wav, the format mp3"),
    (("-p", "x", "-o", ""), "output name is empty"),
    (("-p", "x", "--format", "aac"), "unknown format"),
    (("styels",), "did you mean 'styles'?"),
    (("rainy night",), "there is no command"),
    (("--promt", "x"), "--promt"),
    (("-p",), "expected one argument"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=lambda value: str(value)[:30])
def test_bad_input_gets_one_clear_line_and_costs_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], words: str
) -> None:
    assert main(list(arguments)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("lofi-daemon: ")
    assert err.count("\n") == 1
    assert words in err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("missing/a.wav", "the folder missing does not exist"),
        ("is-a-folder.wav", "is a folder"),
        ("/proc/a.wav", "/proc"),
    ],
)
def test_a_place_that_cannot_be_written_fails_before_any_work(
    folder: Path, capsys: pytest.CaptureFixture[str], output: str, words: str
) -> None:
    (folder / "is-a-folder.wav").mkdir()
    assert main(["-p", "x", "-o", output]) == 1
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1


def test_a_disk_that_fills_up_meanwhile_is_named_and_nothing_stays(folder: Path) -> None:
    """The shell's file size limit stands in for the disk, on any machine."""
    limited = 'ulimit -f 200; exec "$@"'
    command = [sys.executable, "-m", "lofi", "-p", "x", "-d", "5", "-q", "-o", "a.wav"]
    done = subprocess.run(
        ["/bin/sh", "-c", limited, "sh", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"lofi-daemon: cannot write {folder}: file too large")
    assert done.stderr.count("\n") == 1
    assert list(folder.iterdir()) == []


def test_without_arguments_it_serves_until_its_client_is_gone() -> None:
    command = [sys.executable, "-m", "lofi"]
    ping = '{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n'
    done = subprocess.run(command, input=ping, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert json.loads(done.stdout)["result"] == {"status": "ok", "version": __version__}


def test_an_existing_file_is_kept_unless_forced(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "a.wav"
    path.write_text("mine")
    command = ["-p", "x", "-d", "5", "-q", "-o", "a.wav"]
    assert main(command) == 2
    assert "--force" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert main([*command, "--force"]) == 0
    assert soundfile.info(path).frames == 5 * 48_000


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=["ctrl-c", "sigterm", "hangup"],
)
def test_being_stopped_leaves_nothing_half_written(
    folder: Path, number: signal.Signals, code: int
) -> None:
    process = start("-p", PROMPT, "-d", "600", "-o", "long.wav")
    assert process.stderr is not None
    process.stderr.readline()  # the work has begun
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert "Traceback" not in err
    assert list(folder.iterdir()) == []


def test_the_environment_sets_and_a_wrong_value_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOFI_DEVICE", "cuda")
    assert main(["-p", "x", "-d", "5"]) == 1
    assert "cannot run on cuda" in capsys.readouterr().err
    monkeypatch.setenv("LOFI_DEVICE", "toaster")
    assert main(["-p", "x", "-d", "5"]) == 2
    assert "LOFI_DEVICE: 'toaster'" in capsys.readouterr().err


def test_version_needs_nothing_heavy() -> None:
    script = (
        "import sys; from lofi.cli import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'numpy', 'scipy', 'pydantic', 'soundfile'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [f"lofi-daemon {__version__}", "[]"]


def test_help_shows_an_example_the_commands_and_the_exit_codes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    text = capsys.readouterr().out
    for words in ("rainy night, rhodes", "styles", "backends", "models", "exit codes", "130"):
        assert words in text
