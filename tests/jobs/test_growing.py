"""A file that can be heard while it grows."""

import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from lofi.errors import ModelInferenceFailed
from lofi.jobs.growing import Chunk, Growing
from lofi.track import Audio

RATE = 8_000


def noise(frames: int, channels: int = 2) -> Audio:
    """Some of it beyond what a file can hold."""
    samples = np.random.default_rng(0).uniform(-1.1, 1.1, (channels, frames))
    return Audio(samples.astype(np.float32), RATE)


def cut(audio: Audio, start: int, end: int) -> Audio:
    return Audio(audio.samples[:, start:end], audio.sample_rate)


class Told(list[Chunk]):
    """What was said."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "growing.wav"


def test_what_is_there_can_be_played_at_any_time(path: Path) -> None:
    whole, told = noise(2_000), Told()
    growing = Growing(path, told.append)
    assert not path.exists()
    for end in (500, 1_200):
        growing.add(cut(whole, told[-1].frames if told else 0, end))
        heard, rate = soundfile.read(path, dtype="float32")
        assert (heard.shape, rate) == ((end, 2), RATE)
        assert np.abs(heard.T - np.clip(whole.samples[:, :end], -1, 1)).max() <= 1 / 32_768
    growing.finish(whole)
    assert told == [Chunk(500, RATE), Chunk(1_200, RATE), Chunk(2_000, RATE)]


def test_at_the_end_it_is_the_track_byte_for_byte(path: Path, tmp_path: Path) -> None:
    whole = noise(2_000)
    growing = Growing(path, lambda _chunk: None)
    growing.add(cut(whole, 0, 700))
    growing.finish(whole)
    soundfile.write(tmp_path / "whole.wav", whole.samples.T, RATE, "PCM_16")
    assert path.read_bytes() == (tmp_path / "whole.wav").read_bytes()
    with wave.open(str(path)) as file:
        assert (file.getnframes(), file.getframerate()) == (2_000, RATE)


def test_a_track_that_comes_as_a_whole_is_one_piece(path: Path) -> None:
    told = Told()
    Growing(path, told.append).finish(noise(300, channels=1))
    assert told == [Chunk(300, RATE)]
    assert soundfile.info(path).channels == 1


def test_without_a_path_nothing_is_written_or_told(tmp_path: Path) -> None:
    told = Told()
    growing = Growing(None, told.append)
    growing.add(noise(10))
    growing.finish(noise(20))
    assert (told, list(tmp_path.iterdir())) == ([], [])


def test_a_file_that_is_there_already_is_left_alone(path: Path) -> None:
    path.write_text("mine")
    told = Told()
    growing = Growing(path, told.append)
    growing.add(noise(10))
    growing.finish(noise(20))
    assert (told, path.read_text()) == ([], "mine")


def test_a_disk_that_refuses_costs_the_file_and_not_the_track() -> None:
    told = Told()
    growing = Growing(Path("/dev/full/growing.wav"), told.append)
    growing.add(noise(10))
    growing.finish(noise(20))
    assert told == []


@pytest.mark.parametrize("wrong", [noise(10), noise(30, channels=1)], ids=["shorter", "mono"])
def test_pieces_that_are_not_the_track_are_refused(path: Path, wrong: Audio) -> None:
    growing = Growing(path, lambda _chunk: None)
    growing.add(noise(20))
    with pytest.raises(ModelInferenceFailed):
        growing.finish(wrong)
    growing.close()
