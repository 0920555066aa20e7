"""Tokens to sound and back: EnCodec (arXiv 2210.13438), at 32 kHz and 50 frames a second."""

import numpy as np
from numpy.typing import NDArray

from lofi.backends.musicgen.delay import Tokens
from lofi.backends.musicgen.dimensions import Dimensions
from lofi.backends.musicgen.layout import Files
from lofi.backends.onnx import FLOAT, INTEGER, Need, Session, Source
from lofi.device import Placement
from lofi.errors import InvalidParams, ModelInferenceFailed

Samples = NDArray[np.float32]
CODES, AUDIO = "audio_codes", "audio_values"
LOOKAHEAD = 8
"""Frames after a chunk that its convolutions may see; those of EnCodec at 32 kHz reach 5."""
CONTEXT = 50
"""Frames before a chunk that it is decoded with at first, for the LSTM to settle."""
PROBED = 5
"""Frames before a chunk on which two decodes must agree."""
TOLERANCE = 2e-5
"""How far two decodes of the same frames may differ; full scale is 1. A fifth of what the joined
sound may differ from a single decode, since differences of several chunks may add up."""


class Codec:
    """EnCodec's decoder, and its encoder if the model has one."""

    def __init__(self, files: Files, dimensions: Dimensions, placement: Placement) -> None:
        """Bring the decoder into memory; the encoder follows when it is wanted.

        Raises:
            ModelLoadFailed: a file cannot be used.
        """
        self._dimensions = dimensions
        self.hop = dimensions.hop
        """Samples per frame."""
        self.context = CONTEXT
        """Frames before a chunk that it is decoded with; ``Stream`` learns how many it takes."""
        self._decoder = Session(Source(files.codec_decoder, aside=True), placement)
        self._decoder.demand({CODES: Need(INTEGER, 4)}, {AUDIO: Need(FLOAT, 3)})
        self._encoder: Session | None = None
        self._encoder_file = files.codec_encoder
        self._placement = placement

    def decode(self, tokens: Tokens) -> Samples:
        """Sound of tokens, all at once: shape (channels, samples) from (codebooks, frames).

        The codebooks of a stereo model alternate between left and right; the codec itself knows
        one channel, and decodes the two as a batch.

        Raises:
            GenerationCancelled: ``interrupt`` ended it.
            ModelInferenceFailed: the graph cannot be computed, or gives another length.
        """
        channels = self._dimensions.channels
        codes = np.stack([tokens[channel::channels] for channel in range(channels)])[None]
        (audio,) = self._decoder.run([AUDIO], {CODES: codes})
        expected = (channels, 1, tokens.shape[1] * self._dimensions.hop)
        if audio.shape != expected:
            raise ModelInferenceFailed(f"the codec gave {audio.shape} samples, not {expected}")
        return audio[:, 0].astype(np.float32)

    def encode(self, samples: Samples) -> Tokens:
        """Tokens of sound: shape (codebooks, frames) from (channels, samples).

        Raises:
            InvalidParams: the model has no encoder.
            ModelLoadFailed: its encoder cannot be used.
            GenerationCancelled: ``interrupt`` ended it.
            ModelInferenceFailed: the graph cannot be computed.
        """
        encoder = self._encoder = self._encoder or self._opened_encoder()
        audio = samples[:, None].astype(encoder.inputs[AUDIO].dtype)
        (codes,) = encoder.run([CODES], {AUDIO: audio})
        streams: Tokens = codes[0]
        return streams.transpose(1, 0, 2).reshape(self._dimensions.codebooks, -1)

    def interrupt(self) -> None:
        """End a run in hand; safe from any thread."""
        for session in (self._decoder, self._encoder):
            if session is not None:
                session.interrupt()

    def _opened_encoder(self) -> Session:
        """The encoder, which few tracks need, brought into memory."""
        if self._encoder_file is None:
            raise InvalidParams(
                "this model cannot start from existing audio: it has no encodec_encode.onnx",
                hint="use a model made by scripts/export_musicgen.py, or leave the audio out",
            )
        encoder = Session(self._encoder_file, self._placement)
        encoder.demand({AUDIO: Need(FLOAT, 3)}, {CODES: Need(INTEGER, 4)})
        return encoder


class Stream:
    """Decodes a growing row of tokens chunk by chunk, equal to one decode of the whole.

    A chunk is decoded with frames before and after it. How many are needed before it depends on
    how long the LSTM remembers, which no formula tells: each chunk is decoded with enough of them
    that the end of the former chunk comes out the same once more.
    """

    def __init__(self, codec: Codec, tokens: Tokens, chunk: int) -> None:
        """Decode ``tokens``, shape (codebooks, frames), as they become known.

        Args:
            codec: what decodes.
            tokens: all there will be; filled in by the caller.
            chunk: frames decoded at a time; the first chunks are shorter, to be heard sooner.
        """
        self._codec = codec
        self._tokens = tokens
        self._stops = _stops(tokens.shape[1], chunk)
        self._done = 0
        self._end: Samples | None = None

    @property
    def chunks(self) -> int:
        """How many there will be."""
        return len(self._stops)

    def next(self, known: int) -> int | None:
        """Where the next chunk ends, if so many known frames suffice for it."""
        total = self._tokens.shape[1]
        for stop in self._stops:
            if stop > self._done:
                return stop if known >= min(stop + LOOKAHEAD, total) else None
        return None

    def decoded(self, stop: int) -> Samples:
        """The chunk that ends there, shape (channels, samples).

        Raises:
            GenerationCancelled, ModelInferenceFailed: as ``Codec.decode``.
        """
        start, hop = self._done, self._codec.hop
        while True:
            begin = max(0, start - self._codec.context)
            sound = self._codec.decode(self._tokens[:, begin : stop + LOOKAHEAD])
            before, rest = np.split(sound, [(start - begin) * hop], axis=1)
            if begin == 0 or self._agrees(before):
                break
            self._codec.context *= 2
        chunk = rest[:, : (stop - start) * hop]
        self._end = chunk[:, -PROBED * hop :].copy()
        self._done = stop
        return chunk

    def _agrees(self, before: Samples) -> bool:
        if self._end is None:
            return True
        again = before[:, -self._end.shape[1] :]
        return bool(np.abs(again - self._end).max() <= TOLERANCE)


def _stops(frames: int, chunk: int) -> list[int]:
    """Where chunks end: a fifth of ``chunk`` first, then twice as long each, up to ``chunk``."""
    stops, length = [0], max(1, chunk // 5)
    while stops[-1] < frames:
        stops.append(min(stops[-1] + length, frames))
        length = min(2 * length, chunk)
    return stops[1:]
