"""Sound that is heard while it is made."""

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
import pytest
import soundfile

import lofi.backends
from fixtures import musicgen
from fixtures.daemon import TESTS, gone, until
from fixtures.fakes import BACKENDS, INFERENCE
from fixtures.listener import Listener
from lofi.cli import headless, main
from lofi.cli.ear import through
from lofi.cli.playing import Playing
from lofi.jobs.growing import Growing
from lofi.jobs.worker import Worker
from lofi.playback.outputs import programs
from lofi.sound.wave import HEADER
from lofi.track import Audio

Capture = pytest.CaptureFixture[str]
RATE = 8_000
FRAME = 4
"""Bytes: two channels of 16 bits."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where tracks go, and nothing of the user is seen; with the fake on board."""
    for name in ("LOFI_BACKEND", "LOFI_DEVICE", "LOFI_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-config"))
    monkeypatch.setenv("LOFI_MODELS_PATH", str(tmp_path / "no-models"))
    monkeypatch.setattr(lofi.backends, "__path__", [*lofi.backends.__path__, str(BACKENDS)])
    monkeypatch.setattr(headless, "Worker", partial(Worker, INFERENCE))
    folder = tmp_path / "tracks"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Listener:
    """What plays, unless told otherwise."""
    listener = Listener(tmp_path / "listener")
    monkeypatch.setenv("LOFI_PLAYER", listener.command())
    return listener


def ask(prompt: str, seconds: int, *more: str) -> list[str]:
    given = ("-p", prompt, "-d", str(seconds), "-s", "7", "-o", "a.wav", "--play-while-generating")
    return [*given, *(() if "-b" in more else ("-b", "fake")), *more]


def samples(path: Path) -> bytes:
    """A WAV file's, as they are played."""
    played: bytes = soundfile.read(path, dtype="int16")[0].astype("<i2").tobytes()
    return played


def test_a_track_is_played_as_it_is_from_before_it_is_finished(
    folder: Path, listener: Listener
) -> None:
    model = ("-b", "musicgen", "--model-dir", str(musicgen.MERGED))
    assert main(ask("rain", 20, *model)) == 0
    assert listener.heard[HEADER:] == samples(folder / "a.wav")
    assert "a.wav" not in listener.reads[0].files
    assert [path.name for path in folder.iterdir()] == ["a.wav"]


def test_a_track_that_comes_as_a_whole_is_played_then(folder: Path, listener: Listener) -> None:
    assert main(ask("rain", 5, "-b", "procedural", "-q")) == 0
    assert listener.heard[HEADER:] == samples(folder / "a.wav")


def test_a_slow_machine_says_when_playing_begins(listener: Listener, capsys: Capture) -> None:
    assert main(ask("slow stream", 1)) == 0
    lines = capsys.readouterr().err.splitlines()
    (line,) = [line for line in lines if line.startswith("this machine makes ")]
    assert "s of sound a second: playing begins in about " in line
    assert listener.heard[HEADER:] == samples(Path("a.wav"))


def test_a_fast_one_says_nothing(listener: Listener, capsys: Capture) -> None:
    assert main(ask("steady stream", 30)) == 0
    assert "this machine" not in capsys.readouterr().err
    assert listener.heard[HEADER:] == samples(Path("a.wav"))


def test_who_is_quiet_hears_music_only(listener: Listener, capsys: Capture) -> None:
    assert main(ask("slow stream", 1, "-q", "--json")) == 0
    out, err = capsys.readouterr()
    assert (json.loads(out)["duration_sec"], err) == (1, "")
    assert listener.reads


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_waits_for_its_head_start_and_never_runs_dry(folder: Path, listener: Listener) -> None:
    """A machine that makes less and less sound a second, by a clock of its own; the listener
    takes all it is given, so that what it has is what there is."""
    clock, said = Clock(), list[str]()
    path = folder / "growing.wav"
    playing = Playing(through(programs.find(listener.command())), path, 30, said.append, clock)
    growing = Growing(path, playing.grown)
    whole = np.random.default_rng(0).uniform(-1, 1, (2, 30 * RATE)).astype(np.float32)
    begun, sound = math.inf, 0
    for end in (1, 3, 7, 12, 17, 22, 27, 30):
        clock.now += (end - sound) * (1.2 + sound / 30)  # seconds for one of sound
        assert clock.now - begun <= sound, f"it runs dry before {end} s"
        growing.add(Audio(whole[:, sound * RATE : end * RATE], RATE))
        begun, sound = playing.begins, end
        if clock.now >= begun:
            assert until(partial(has_heard, listener, end * RATE * FRAME))
        else:
            assert not listener.reads
    playing.finish()
    growing.close()
    assert listener.heard[HEADER:] == samples(path)
    assert len(said) == 1
    assert 110 < begun < clock.now


def has_heard(listener: Listener, count: int) -> bool:
    reads = listener.reads
    return bool(reads) and reads[-1].heard - HEADER == count


def test_a_player_that_dies_costs_one_line_and_not_the_track(
    folder: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("LOFI_PLAYER", listener.command("die"))
    assert main(ask("steady stream", 30)) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "listener" in line]
    said = f"{sys.executable}: listener: no such device"
    assert lines == [f"playing ended: {said}; the track is made anyway"]
    assert soundfile.info(folder / "a.wav").frames == 30 * RATE
    assert main([*ask("steady stream", 30), "--force", "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_a_player_that_cannot_be_started_costs_no_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    program = folder.parent / "no-program"
    program.write_bytes(b"\x7fELF")
    program.chmod(0o755)
    monkeypatch.setenv("LOFI_PLAYER", str(program))
    assert main(ask("steady stream", 2)) == 0
    assert "no-program: Exec format error; the track" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["a.wav"]


def test_a_track_that_fails_is_not_played_on(folder: Path, listener: Listener) -> None:
    assert main(ask("raise stream", 4, "-q")) == 1
    assert not list(folder.iterdir())
    assert all(gone(read.pid) for read in listener.reads[:1])


def test_without_a_player_nothing_is_begun(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("LOFI_PLAYER", "no-such-player -")
    assert main(ask("steady stream", 1)) == 2
    assert "no program 'no-such-player'" in capsys.readouterr().err
    monkeypatch.delenv("LOFI_PLAYER")
    monkeypatch.setenv("LOFI_AUDIO_OUTPUT", "none")
    assert main(ask("steady stream", 1)) == 2
    assert "pulseaudio-utils" in capsys.readouterr().err
    assert not list(folder.iterdir())


def test_without_a_command_of_ones_own_it_sounds_as_the_player_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("LOFI_AUDIO_OUTPUT", "null")
    assert main(ask("steady stream", 2)) == 0
    assert "playing the rest" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["a.wav"]


def test_an_output_that_does_not_work_costs_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("LOFI_AUDIO_OUTPUT", "mpv")
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(ask("steady stream", 2)) == 0
    said = "playing ended: mpv: no sound: mpv: No such file or directory; the track is made anyway"
    assert said in capsys.readouterr().err.splitlines()


def test_a_file_to_hear_that_was_asked_for_stays(folder: Path, listener: Listener) -> None:
    assert main(ask("steady stream", 2, "--growing", "now.wav", "-q")) == 0
    assert listener.heard[HEADER:] == samples(folder / "now.wav") == samples(folder / "a.wav")


@pytest.fixture
def started(listener: Listener) -> Iterator["Started"]:
    with Started(listener) as started:
        yield started


class Started:
    """The command line in a process, to be interrupted as a terminal does."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()

    def start(self, manner: str, *arguments: str) -> subprocess.Popen[str]:
        settings = {"PYTHONPATH": str(TESTS), "LOFI_PLAYER": self.listener.command(manner)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fixtures.commandline", *arguments],
            env={**os.environ, **settings},
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.process

    def interrupted(self) -> tuple[int, str]:
        """Exit code and last words after Ctrl-C; the player is gone then."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=30)
        assert gone(self.listener.reads[0].pid)
        return self.process.returncode, err


def test_ctrl_c_stops_making_and_playing(
    folder: Path, listener: Listener, started: Started
) -> None:
    started.start("", *ask("patient stream", 4))
    assert until(lambda: bool(listener.reads))
    code, err = started.interrupted()
    assert code == 130
    assert err.endswith("lofi-daemon: interrupted; nothing was written\n")
    assert not list(folder.iterdir())


def test_ctrl_c_while_the_rest_is_played_keeps_the_track(
    folder: Path, listener: Listener, started: Started
) -> None:
    process = started.start("stuck", *ask("steady stream", 30))
    assert process.stderr is not None
    while "playing the rest" not in (line := process.stderr.readline()):
        assert line, "it has not ended"
    assert until(lambda: bool(listener.reads))
    code, err = started.interrupted()
    assert (code, err) == (130, f"lofi-daemon: interrupted; {folder / 'a.wav'} is written\n")
    assert [path.name for path in folder.iterdir()] == ["a.wav"]
    assert soundfile.info(folder / "a.wav").frames == 30 * RATE
