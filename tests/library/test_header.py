"""What a WAV file says of itself."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from library.making import wav
from lofi import audiofile
from lofi.audiofile import Format, Target
from lofi.library import header
from lofi.track import Audio


def test_our_own_files_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    tags = {"title": "räin", "comment": '{"prompt": "räin — ☂"}', "software": "lofi"}
    audio = Audio(np.zeros((2, 4_801), np.float32), 48_000)
    audiofile.write(audio, Target(path, Format.WAV), tags)
    assert header.read(path) == (4_801, 48_000, path.stat().st_size, tags["comment"])


def test_no_beginning_of_a_file_passes_for_the_whole(tmp_path: Path) -> None:
    path, whole = tmp_path / "a.wav", wav(30, "tags")
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert header.read(path) is None
    path.write_bytes(whole + b"\0\0")
    assert header.read(path) is None
    path.write_bytes(whole)
    assert header.read(path) is not None


def test_a_file_without_sound_is_no_track(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(0, "tags"))
    assert header.read(path) is None


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav())
    (tmp_path / "b.wav").symlink_to(tmp_path / "a.wav")
    with pytest.raises(OSError, match="symbolic link"):
        header.read(tmp_path / "b.wav")


@given(at=st.integers(0, 150), value=st.binary(min_size=1, max_size=4))
def test_a_damaged_header_is_a_header_or_none(
    at: int, value: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.wav"
    whole = bytearray(wav(30, "tags"))
    whole[at : at + len(value)] = value
    path.write_bytes(whole)
    found = header.read(path)
    assert found is None or found.bytes == len(whole)
