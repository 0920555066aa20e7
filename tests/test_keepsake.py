"""What a model leaves in a file is there beside the same sound, and nowhere else."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from library.making import wav
from lofi import audiofile, keepsake
from lofi.audiofile import Format
from lofi.keepsake import Keepsake
from lofi.library import header
from lofi.track import Audio

LEFT = Keepsake("a-model-räin", bytes(range(256)) * 9 + b"odd")
AUDIO = Audio(np.linspace(-0.5, 0.5, 9_602, dtype=np.float32).reshape(2, -1), 48_000)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "a.wav"
    audiofile.encode(AUDIO, path, Format.WAV, {"comment": "words"}, LEFT)
    return path


def test_what_was_left_is_found_and_the_rest_is_as_without_it(kept: Path, tmp_path: Path) -> None:
    assert keepsake.find(kept) == LEFT
    audiofile.encode(AUDIO, tmp_path / "plain.wav", Format.WAV, {"comment": "words"})
    with soundfile.SoundFile(kept) as mine, soundfile.SoundFile(tmp_path / "plain.wav") as plain:
        assert mine.comment == plain.comment == "words"
        assert np.array_equal(mine.read(), plain.read())


def test_a_track_with_it_is_whole_and_its_size_counts(kept: Path) -> None:
    found = header.read(kept)
    assert found is not None
    assert (found.frames, found.comment) == (4_801, "words")
    assert found.bytes == kept.stat().st_size > 4 * 4_801 + len(LEFT.content)


def test_a_file_without_it_has_none(tmp_path: Path) -> None:
    for name, content in {"plain.wav": wav(30), "empty.wav": b"", "text.wav": b"text"}.items():
        (tmp_path / name).write_bytes(content)
        assert keepsake.find(tmp_path / name) is None


def test_other_formats_are_written_without_it(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    audiofile.encode(AUDIO, path, Format.FLAC, {}, LEFT)
    assert keepsake.find(path) is None


def test_beside_another_sound_it_does_not_count(kept: Path) -> None:
    """An editor may keep the chunk and change the sound."""
    content = bytearray(kept.read_bytes())
    at = content.index(b"data") + 108
    content[at] ^= 1
    kept.write_bytes(content)
    assert header.read(kept) is not None
    assert keepsake.find(kept) is None


@settings(deadline=None)  # it writes files
@given(at=st.integers(0, 22_000), value=st.binary(min_size=1, max_size=4))
def test_a_damaged_file_has_it_as_it_was_or_not_at_all(
    at: int, value: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.wav"
    whole = bytearray(keepsake.attached(wav(30, "tags"), LEFT))
    whole[at % len(whole) : at % len(whole) + len(value)] = value
    path.write_bytes(whole)
    assert keepsake.find(path) in (None, LEFT)
