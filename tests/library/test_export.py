"""Tracks brought out of the library."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from library.making import comment, keep, new, track_id
from lofi import audiofile
from lofi.audiofile import Format, Target
from lofi.errors import OutputExists, TrackNotFound, WriteFailed
from lofi.library.export import export
from lofi.library.shelf import Library
from lofi.track import Audio

TAGS = {
    "title": "rain on a roof",
    "artist": "lofi",
    "comment": comment(1),
    "copyright": "model weights: CC0-1.0",
}


@pytest.fixture
def track(library: Library) -> Path:
    time = np.arange(24_000) / 48_000
    wave = (0.5 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    part = library.part()
    audiofile.encode(Audio(np.stack([wave, -wave]), 48_000), part, Format.WAV, TAGS)
    return Path(library.keep(part, new(1)).path)


@pytest.mark.parametrize("form", Format)
def test_sound_and_tags_go_along_in_every_format(
    library: Library, track: Path, tmp_path: Path, form: Format
) -> None:
    target = Target(tmp_path / f"out.{form}", form)
    assert export(library, track_id(1), target).path == str(track)
    with soundfile.SoundFile(target.path) as file:
        assert (file.format, file.samplerate, file.channels) == (form.upper(), 48_000, 2)
        assert (file.title, file.artist, file.comment, file.copyright) == tuple(TAGS.values())
        spectrum = np.abs(np.fft.rfft(file.read(24_000)[:, 0]))
    assert np.argmax(spectrum) == 220
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [f"out.{form}"]


def test_a_wav_comes_out_byte_for_byte(library: Library, track: Path, tmp_path: Path) -> None:
    export(library, track_id(1), Target(tmp_path / "out.wav", Format.WAV))
    assert (tmp_path / "out.wav").read_bytes() == track.read_bytes()


@pytest.mark.parametrize("form", [Format.WAV, Format.FLAC])
def test_an_existing_file_is_kept_unless_told_otherwise(
    library: Library, track: Path, tmp_path: Path, form: Format
) -> None:
    out = tmp_path / f"out.{form}"
    out.write_text("mine")
    with pytest.raises(OutputExists):
        export(library, track_id(1), Target(out, form))
    assert out.read_text() == "mine"
    export(library, track_id(1), Target(out, form, replace=True))
    assert soundfile.info(out).frames == soundfile.info(track).frames


@pytest.mark.parametrize("form", [Format.WAV, Format.OGG])
def test_a_missing_folder_is_named(
    library: Library, track: Path, tmp_path: Path, form: Format
) -> None:
    assert track.exists()
    with pytest.raises(WriteFailed, match="does not exist"):
        export(library, track_id(1), Target(tmp_path / "no" / f"out.{form}", form))


def test_a_full_disk_leaves_nothing(
    library: Library, track: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    assert track.exists()
    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(WriteFailed, match="no space left"):
        export(library, track_id(1), Target(tmp_path / "out.wav", Format.WAV))
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_what_is_not_there_cannot_be_exported(library: Library, tmp_path: Path) -> None:
    for name in (track_id(5), "../../etc/passwd"):
        with pytest.raises(TrackNotFound):
            export(library, name, Target(tmp_path / "out.wav", Format.WAV))
    keep(library, 5)
    Path(library.get(track_id(5)).path).write_bytes(b"RIFF")
    with pytest.raises(TrackNotFound):
        export(library, track_id(5), Target(tmp_path / "out.wav", Format.WAV))
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []
