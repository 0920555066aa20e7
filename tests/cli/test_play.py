"""``lofi-daemon play``."""

import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from fixtures.daemon import environment
from fixtures.sound import SECONDS, tone_file
from lofi.cli.play import line
from lofi.playback.deck import Health
from lofi.playback.outlet import Problem
from lofi.playback.piece import Piece
from lofi.playback.playlist import Loop
from lofi.playback.state import Doing, State

COMMAND = (sys.executable, "-m", "lofi", "play")


def state(**change: object) -> State:
    values = {
        "doing": Doing.PLAYING,
        "piece": Piece("a", Path("a.wav"), "Rain"),
        "title": "Rain",
        "on_air": False,
        "position": 30.0,
        "duration": 60.0,
        "volume": 0.7,
        "muted": False,
        "output": "null",
        "device": None,
        "problem": None,
        "playlist": ("a",),
        "index": 0,
        "loop": Loop.OFF,
        "shuffle": False,
        "crossfade": 2.0,
        "health": Health(0, 0, 0, 0.0, 0),
    }
    return State(**(values | change))  # type: ignore[arg-type] # as the fields are


def test_one_line_shows_how_far_it_is_how_loud_and_what() -> None:
    bar = "=" * 12 + "-" * 12
    assert line(state()).startswith(f"|> {bar} 0:30/1:00  vol 70%  Rain  space pause")
    assert line(state(doing=Doing.PAUSED, muted=True)).startswith(
        f"|| {bar} 0:30/1:00  muted  Rain"
    )
    assert "  2/3  Rain  " in line(state(playlist=("a", "b", "c"), index=1))
    assert "0:00/0:00" in line(state(position=0.0, duration=None))
    assert "  unplugged  Rain" in line(state(problem=Problem("unplugged", "plug it in")))


def run(home: Path, *arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(home, {"audio_output": "null", **settings}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS * 3,
        check=False,
    )


def test_files_are_played_one_after_another_and_named(tmp_path: Path) -> None:
    paths = [str(tone_file(tmp_path / f"{name}.wav", 440, 0.3)) for name in ("one", "two")]
    done = run(tmp_path, *paths)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "one.wav\ntwo.wav\n")
    assert run(tmp_path, *paths, "--quiet").stderr == ""


@pytest.mark.parametrize(
    ("word", "code", "said"),
    [
        ("nothing.wav", 2, "'nothing.wav' is neither a file nor the id of a track"),
        ("0" * 16, 1, "no track in the library has the id"),
    ],
)
def test_what_is_neither_a_file_nor_a_track_is_said(
    tmp_path: Path, word: str, code: int, said: str
) -> None:
    done = run(tmp_path, word)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_no_sound_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound")
    done = run(tmp_path, str(tmp_path / "a.wav"))
    assert done.returncode == 1
    assert "cannot play" in done.stderr


def test_an_empty_library_says_what_to_do(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 1
    assert "the library is empty (name a file" in done.stderr


def test_without_an_output_it_says_what_to_do(tmp_path: Path) -> None:
    done = run(tmp_path, str(tone_file(tmp_path / "a.wav", 440, 1.0)), audio_output="none")
    assert done.returncode == 1
    assert "nothing here plays sound" in done.stderr
    assert "pulseaudio-utils" in done.stderr


class Screen:
    """A terminal with the command in it."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            env=environment(home, {"audio_output": "null"}),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.shown = ""
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def until(self, condition: Callable[[str], bool]) -> None:
        """Wait for something to be shown; what was shown before counts no more."""
        deadline = time.monotonic() + SECONDS
        with self._changed:
            while not condition(self.shown):
                left = deadline - time.monotonic()
                assert left > 0, self.shown[-500:]
                self._changed.wait(left)
            self.shown = ""

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._ours, 4_096)
            except OSError:
                return
            with self._changed:
                self.shown += data.decode(errors="replace")
                self._changed.notify_all()

    def close(self) -> None:
        self.process.kill()
        self.process.wait(SECONDS)
        os.close(self._ours)


@contextmanager
def screen(home: Path, *arguments: str) -> Iterator[Screen]:
    shown = Screen(home, *arguments)
    try:
        yield shown
    finally:
        shown.close()


def is_in(part: str, text: str) -> bool:
    return part in text


def test_keys_do_what_they_say(tmp_path: Path) -> None:
    paths = [str(tone_file(tmp_path / f"{name}.wav", 440, 60.0)) for name in ("one", "two")]
    with screen(tmp_path, *paths) as shown:
        for key, expected in (
            ("", "1/2  one.wav"),
            (" ", "||"),
            (" ", "|>"),
            ("\x1b[A", "vol 75%"),
            ("\x1b[B", "vol 70%"),
            ("m", "muted"),
            ("\x1b[C", "0:0"),
            ("n", "2/2  two.wav"),
            ("p", "1/2  one.wav"),
        ):
            shown.press(key)
            shown.until(partial(is_in, expected))
        shown.press("q")
        assert shown.process.wait(SECONDS) == 0


def test_ctrl_c_ends_it_and_says_so(tmp_path: Path) -> None:
    path = str(tone_file(tmp_path / "a.wav", 440, 60.0))
    with screen(tmp_path, path) as shown:
        shown.until(lambda text: "a.wav" in text)
        shown.process.send_signal(signal.SIGINT)
        shown.until(lambda text: "interrupted; nothing plays any more" in text)
        assert shown.process.wait(SECONDS) == 130
