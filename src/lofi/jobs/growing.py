"""A WAV file that can be played while it is written: what is final of a track before its end."""

import io
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

import soundfile

from lofi.errors import ModelInferenceFailed
from lofi.sound.wave import header
from lofi.track import Audio

logger = logging.getLogger(__name__)


class Chunk(NamedTuple):
    """How much of a track can be heard."""

    frames: int
    """From its beginning."""
    sample_rate: int
    """Hz."""


class Growing:
    """One file, in 16 bits as the finished track; where the disk refuses, there is none."""

    def __init__(self, path: Path | None, tell: Callable[[Chunk], None]) -> None:
        """Begin.

        Args:
            path: where; it is created by the first piece. None writes nothing.
            tell: called whenever more can be heard.
        """
        self._path = path
        self._tell = tell
        self._file: BinaryIO | None = None
        self._frames = 0
        self._channels = 0

    def add(self, piece: Audio) -> None:
        """Append what became final.

        Raises:
            ModelInferenceFailed: it does not fit what came before.
        """
        if self._path is None or not piece.samples.size:
            return
        channels, frames = piece.samples.shape
        try:
            if self._file is None:
                self._file = self._path.open("xb")
                self._channels = channels
                self._file.write(header(channels, piece.sample_rate, None))
            if channels != self._channels:
                raise ModelInferenceFailed("the model changed its number of channels")
            self._file.write(_pcm(piece))
            self._file.flush()
        except OSError as error:
            self._give_up(error)
            return
        self._frames += frames
        self._tell(Chunk(self._frames, piece.sample_rate))

    def finish(self, whole: Audio) -> None:
        """Append what is left of the track, and write how long it is.

        Raises:
            ModelInferenceFailed: more came before than there is.
        """
        if whole.samples.shape[1] < self._frames:
            raise ModelInferenceFailed("the model gave out more sound than it made")
        self.add(Audio(whole.samples[:, self._frames :], whole.sample_rate))
        if self._file is not None:
            try:
                self._file.seek(0)
                self._file.write(header(self._channels, whole.sample_rate, self._frames))
            except OSError as error:
                self._give_up(error)
        self.close()

    def close(self) -> None:
        """Leave the file as it is; whoever asked for it removes it if the track failed."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None

    def _give_up(self, error: OSError) -> None:
        logger.warning("cannot write %s: %s; the track goes on", self._path, error.strerror)
        self.close()
        if self._path is not None and not isinstance(error, FileExistsError):
            with suppress(OSError):
                self._path.unlink()
        self._path = None


def _pcm(piece: Audio) -> bytes:
    """As libsndfile rounds and clips, so that the bytes are those of the finished track."""
    memory = io.BytesIO()
    soundfile.write(
        memory, piece.samples.T, piece.sample_rate, "PCM_16", endian="LITTLE", format="RAW"
    )
    return memory.getvalue()
