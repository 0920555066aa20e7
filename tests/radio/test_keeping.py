"""What was heard, into the library."""

import errno
import os
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
import soundfile

from lofi.errors import InvalidParams, WriteFailed
from lofi.library.shelf import Library
from lofi.radio.keeping import keep_sound
from lofi.sound.pcm import SAMPLE_RATE, Signal


def heard(seconds: float, pitch: float = 220.0) -> Signal:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.2 * np.stack([np.sin(2 * np.pi * pitch * time)] * 2)).astype(np.float32)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path)


def test_sound_becomes_a_favourite_track_with_its_origin(library: Library) -> None:
    entry = keep_sound(library, heard(12.5), "rainy jazz", 7, {"bpm": 80.0})
    assert (entry.favorite, entry.recipe.prompt, entry.recipe.seed) == (True, "rainy jazz", 7)
    assert entry.seconds == 12.5
    assert entry.notes == {"kept_from": "radio", "bpm": 80.0}
    samples, rate = soundfile.read(entry.path, dtype="float32")
    assert rate == SAMPLE_RATE
    inner = slice(SAMPLE_RATE, -SAMPLE_RATE)
    assert np.abs(samples.T[:, inner] - heard(12.5)[:, inner]).max() < 1e-4
    assert np.abs(samples[[0, -1]]).max() < 1e-4


def test_the_file_alone_tells_what_it_is(library: Library, tmp_path: Path) -> None:
    entry = keep_sound(library, heard(2), "rainy jazz", 7, {})
    library.close()
    for name in tmp_path.glob("library.sqlite3*"):
        name.unlink()
    again = Library.open(tmp_path)
    found = again.get(entry.id)
    assert (found.recipe.prompt, found.recipe.seed) == ("rainy jazz", 7)
    again.close()


def test_the_same_sound_is_kept_once_and_another_beside_it(library: Library) -> None:
    first = keep_sound(library, heard(2), "rainy jazz", 7, {})
    again = keep_sound(library, heard(2), "rainy jazz", 7, {})
    other = keep_sound(library, heard(2, 330.0), "rainy jazz", 7, {})
    assert first.id == again.id != other.id
    assert library.stats()["count"] == 2


def test_next_to_nothing_is_not_kept(library: Library) -> None:
    with pytest.raises(InvalidParams):
        keep_sound(library, heard(0.5), "rainy jazz", 7, {})
    assert library.stats()["count"] == 0


def test_on_a_full_disk_nothing_is_kept(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    library.stats()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteFailed):
        keep_sound(library, heard(2), "rainy jazz", 7, {})
    monkeypatch.undo()
    assert library.stats()["count"] == 0
    assert list((tmp_path / "tracks").iterdir()) == []
