"""Files as they are heard."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from fixtures.sound import level, pitch, sine, tone_file
from lofi.errors import AudioPlaybackError
from lofi.playback.file import FileSource
from lofi.playback.matching import Matching, factor, loudness
from lofi.sound.pcm import SAMPLE_RATE, Signal


def whole(source: FileSource, step: int = 4_800) -> Signal:
    blocks = [source.read(step)]
    while blocks[-1].shape[1] == step:
        blocks.append(source.read(step))
    return np.concatenate(blocks, axis=1)


@pytest.mark.parametrize("rate", [8_000, 22_050, 32_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_any_channels_are_heard_as_they_sound(
    tmp_path: Path, rate: int, channels: int
) -> None:
    source = FileSource.open(tone_file(tmp_path / "a.wav", 440, 1.5, rate, channels), "a")
    heard = whole(source)
    assert heard.shape == (2, round(1.5 * SAMPLE_RATE))
    assert source.duration == pytest.approx(1.5)
    assert source.position == pytest.approx(1.5)
    for side in heard:
        assert pitch(side) == pytest.approx(440, abs=0.2)
        assert level(side[4_800:-4_800]) == pytest.approx(0.125 / 2**0.5, rel=1e-3)


@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "MP3"])
def test_every_format_that_we_write_is_read(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form.lower()}"
    soundfile.write(path, sine(440, 2.0).T, SAMPLE_RATE, format=form)
    heard = whole(FileSource.open(path, "a"))
    assert heard.shape[1] == pytest.approx(2 * SAMPLE_RATE, abs=2_400)
    assert pitch(heard[0]) == pytest.approx(440, abs=0.2)


@pytest.mark.parametrize("rate", [32_000, 48_000])
def test_winding_leads_to_the_frame(tmp_path: Path, rate: int) -> None:
    path = tone_file(tmp_path / "a.wav", 440, 3.0, rate)
    straight = whole(FileSource.open(path, "a"))
    source = FileSource.open(path, "a")
    for place in (2.0, 0.5, 0.0):
        source.read(10_000)
        source.seek(place)
        assert source.position == pytest.approx(place, abs=1e-4)
        start = round(place * SAMPLE_RATE)
        # the filter has no past there: it takes a few milliseconds to settle
        part = source.read(9_600)[:, 480:]
        assert np.abs(part - straight[:, start + 480 : start + 9_600]).max() < 1e-3


def test_beyond_the_end_is_the_end(tmp_path: Path) -> None:
    source = FileSource.open(tone_file(tmp_path / "a.wav", 440, 1.0), "a")
    source.seek(99.0)
    assert source.read(100).shape == (2, 0)
    source.seek(-1.0)
    assert source.read(100).shape == (2, 100)


def test_not_all_of_a_file_is_in_memory(tmp_path: Path) -> None:
    source = FileSource.open(tone_file(tmp_path / "a.wav", 440, 20.0, 44_100), "a")
    source.read(100)
    assert source._ready.shape[1] < SAMPLE_RATE


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not sound at all" * 100])
def test_what_is_no_sound_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(AudioPlaybackError, match=r"cannot play .*a\.wav"):
        FileSource.open(path, "a")
    with pytest.raises(AudioPlaybackError, match="no such file"):
        FileSource.open(tmp_path / "b.wav", "b")


def test_what_is_not_a_number_is_not_heard(tmp_path: Path) -> None:
    sound = sine(440, 1.0).T.copy()
    sound[1_000:1_010] = np.nan
    soundfile.write(tmp_path / "a.wav", sound, SAMPLE_RATE, "FLOAT", format="WAV")
    assert np.isfinite(whole(FileSource.open(tmp_path / "a.wav", "a"))).all()


@pytest.mark.parametrize(("amplitude", "channels"), [(0.5, 2), (0.05, 2), (0.2, 1)])
def test_files_are_as_loud_as_each_other(tmp_path: Path, amplitude: float, channels: int) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, sine(997, 5.0, level=amplitude, channels=channels).T, SAMPLE_RATE)
    source = FileSource.open(path, "a")
    heard = tmp_path / "heard.wav"
    soundfile.write(heard, whole(source).T * source.gain, SAMPLE_RATE, "FLOAT")
    assert loudness(heard) == pytest.approx(-18.0, abs=0.1)


def test_what_is_very_soft_is_not_raised_without_end(tmp_path: Path) -> None:
    assert factor(-60.0) == pytest.approx(10 ** (12 / 20))
    soundfile.write(tmp_path / "a.wav", np.zeros((SAMPLE_RATE, 2)), SAMPLE_RATE)
    assert FileSource.open(tmp_path / "a.wav", "a").gain == 1.0


def test_a_long_file_is_measured_by_excerpts(tmp_path: Path) -> None:
    rate = 8_000
    clock = np.arange(400 * rate) / rate
    sound = (0.1 + 0.05 * np.sin(clock / 9)) * np.sin(2 * np.pi * 440 * clock)
    path = tmp_path / "a.wav"
    soundfile.write(path, sound, rate)
    parts = [sound[start : start + 100 * rate] for start in range(0, sound.size, 100 * rate)]
    loud = []
    for number, part in enumerate(parts):
        soundfile.write(tmp_path / f"{number}.wav", part, rate)
        loud.append(loudness(tmp_path / f"{number}.wav"))
    assert loudness(path) == pytest.approx(np.mean(loud), abs=0.3)


def test_each_file_is_measured_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[Path] = []

    def measure(path: Path) -> float:
        measured.append(path)
        return -18.0

    monkeypatch.setattr("lofi.playback.matching.loudness", measure)
    path, matching = tone_file(tmp_path / "a.wav", 440, 1.0), Matching()
    assert [matching.gain(path) for _ in range(3)] == [1.0] * 3
    assert len(measured) == 1
    tone_file(path, 440, 1.5)
    matching.gain(path)
    assert len(measured) == 2
