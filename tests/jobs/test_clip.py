"""Sounds that a track starts from."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile

from lofi.errors import InvalidParams
from lofi.jobs import clip


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "sound.wav"
    soundfile.write(path, np.zeros((8_000, 2)), 8_000)
    return path


def test_a_clip_is_where_a_file_lies_and_what_is_in_it(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sound.parent)
    found = clip.of(Path(sound.name))
    assert found.path == str(sound)
    assert found.sha256 == hashlib.sha256(sound.read_bytes()).hexdigest()
    clip.check(found)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "there is no such file"), (b"", "no sound"), (b"RIFF" + bytes(99), "no sound")],
    ids=["missing", "empty", "broken"],
)
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "x.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidParams, match=words):
        clip.of(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match="cannot read"):
        clip.of(tmp_path)


def test_a_sound_shorter_than_a_second_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "short.wav"
    soundfile.write(path, np.zeros(7_999), 8_000)
    with pytest.raises(InvalidParams, match="shorter than a second"):
        clip.of(path)


def test_a_file_that_changed_or_went_is_not_used(sound: Path) -> None:
    found = clip.of(sound)
    sound.write_bytes(sound.read_bytes()[:-1] + b"!")
    with pytest.raises(InvalidParams, match="has changed"):
        clip.check(found)
    sound.unlink()
    with pytest.raises(InvalidParams, match="no such file"):
        clip.check(found)
