"""From a request to a finished track: encode the words, write tokens, decode them to sound."""

import threading
from collections.abc import Generator, Iterator
from contextlib import closing

import numpy as np

from lofi.backends.base import Step
from lofi.backends.musicgen import dimensions, primer, window
from lofi.backends.musicgen.codec import Codec, Samples
from lofi.backends.musicgen.decoder import Decoder
from lofi.backends.musicgen.decoding import Decoding
from lofi.backends.musicgen.delay import UNKNOWN, DelayPattern, Tokens
from lofi.backends.musicgen.fused import FusedDecoder
from lofi.backends.musicgen.guide import Guide
from lofi.backends.musicgen.layout import Files
from lofi.backends.musicgen.loudness import rounded
from lofi.backends.musicgen.melody import MelodyDecoder
from lofi.backends.musicgen.options import MusicGenOptions
from lofi.backends.musicgen.sampling import Sampler
from lofi.backends.musicgen.window import Author
from lofi.backends.onnx import best
from lofi.device import Device, Placement
from lofi.errors import GenerationCancelled, InvalidParams
from lofi.track import Audio, Request, Take

CHUNK_SECONDS = 2
"""How much sound is decoded at a time, while the rest is being written."""


class Pipeline:
    """A MusicGen model in memory."""

    def __init__(self, files: Files, placement: Placement) -> None:
        """Bring it into memory.

        Raises:
            ModelLoadFailed: a file cannot be used, or the device cannot.
        """
        self._dimensions = dimensions.read(files.config)
        self._decoder = _decoder(files, self._dimensions, placement)
        self._guide = Guide(files, placement)
        self._codec = Codec(files, self._dimensions, placement)
        self._pattern = DelayPattern(
            self._dimensions.codebooks, self._dimensions.channels, self._dimensions.pad
        )
        self._interrupted = threading.Event()
        self.grant = self._decoder.grant

    def generate(self, request: Request) -> Generator[Step, None, Take]:
        """Make one track; a step is one evaluation of the decoder, or one chunk of sound.

        The sound that came with the steps, joined, is the track.

        Raises:
            GenerationCancelled: ``interrupt`` was called meanwhile.
            InvalidParams: the model cannot do what an option asks.
            ModelInferenceFailed: the model broke.
        """
        options = request.options
        if not isinstance(options, MusicGenOptions):
            raise InvalidParams(f"{type(options).__name__} are not the options of MusicGen")
        self._interrupted.clear()
        tokens, known = self._blank(request.seconds, options)
        windows = self._windows(tokens.shape[1], known, options)
        sound: list[Audio] = []
        with closing(self._decoding(tokens)) as decoding:
            total = decoding.chunks + sum(
                self._pattern.evaluations(each.frames, each.known) for each in windows
            )
            written = self._written(request, options, tokens, windows)
            for done, audio in enumerate(self._made(written, decoding), start=1):
                yield self._checked(Step(done, total, audio))
                sound += [audio] if audio is not None else []
        return Take(Audio(np.concatenate([each.samples for each in sound], axis=1), self._rate))

    def interrupt(self) -> None:
        """End the run in hand, in whichever graph it is, and the track with it."""
        self._interrupted.set()
        for part in (self._guide, self._decoder, self._codec):
            part.interrupt()

    def close(self) -> None:
        """Give the memory back: the sessions go with this object."""
        del self._decoder, self._guide, self._codec

    def _checked(self, step: Step) -> Step:
        if self._interrupted.is_set():
            raise GenerationCancelled(f"given up after step {step.done} of {step.total}")
        return step

    @property
    def _rate(self) -> int:
        return self._dimensions.sample_rate

    def _blank(self, seconds: int, options: MusicGenOptions) -> tuple[Tokens, int]:
        """The tokens of a track before any is drawn, and how many of its frames are given."""
        rate = self._dimensions.frame_rate
        tokens = np.full((self._dimensions.codebooks, seconds * rate), UNKNOWN, np.int64)
        if options.continue_from is None:
            return tokens, 0
        longest = min(options.window_sec - options.stride_sec, seconds // 2)
        samples = primer.read(options.continue_from, longest, self._rate, self._dimensions.channels)
        known = self._codec.encode(samples)
        tokens[:, : known.shape[1]] = known
        return tokens, known.shape[1]

    def _windows(self, frames: int, known: int, options: MusicGenOptions) -> list[window.Window]:
        """The windows of a track.

        Raises:
            InvalidParams: a window is longer than the model's table of positions.
        """
        rate = self._dimensions.frame_rate
        longest = self._dimensions.positions - self._pattern.longest
        if options.window_sec * rate > longest:
            raise InvalidParams(
                f"this model cannot see {options.window_sec} s at a time",
                hint=f"use a window_sec of at most {longest // rate}",
            )
        return window.plan(frames, options.window_sec * rate, options.stride_sec * rate, known)

    def _written(
        self,
        request: Request,
        options: MusicGenOptions,
        tokens: Tokens,
        windows: list[window.Window],
    ) -> Iterator[int]:
        sampler = Sampler(options.temperature, options.top_k, options.top_p, request.seed)
        author = Author(self._decoder, self._pattern, sampler)
        starts = [each.start / self._dimensions.frame_rate for each in windows]
        guidance = self._guide.states(request.prompt, options.melody, starts)
        for each, states in zip(windows, guidance, strict=True):
            yield from author.write(tokens, each, states, options.guidance_scale)

    def _decoding(self, tokens: Tokens) -> Decoding:
        return Decoding(self._codec, tokens, CHUNK_SECONDS * self._dimensions.frame_rate)

    def _made(self, written: Iterator[int], decoding: Decoding) -> Iterator[Audio | None]:
        """None for each evaluation of the decoder, and the sound of each chunk."""
        complete = 0
        for complete in written:
            yield None
            yield from map(self._playable, decoding.ready(complete))
        yield from map(self._playable, decoding.rest(complete))

    def _playable(self, chunk: Samples) -> Audio:
        """Two channels, whatever the model makes, within what a file can hold."""
        both = chunk if len(chunk) == 2 else np.repeat(chunk, 2, axis=0)
        return Audio(rounded(both), self._rate)


def _decoder(
    files: Files, numbers: dimensions.Dimensions, placement: Placement
) -> Decoder | FusedDecoder:
    """The fast decoder where there is one for the model and the device."""
    if files.conditioner is not None:
        return MelodyDecoder(files, numbers, placement)
    on_processor = best(placement.device) is Device.CPU
    if files.fast is not None and on_processor:
        return FusedDecoder(files.fast, numbers, placement)
    return Decoder(files, numbers, placement)
