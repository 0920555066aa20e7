"""From a request to a finished track: encode the words, take steps, decode what they lead to."""

import threading
from collections.abc import Generator
from contextlib import closing

import numpy as np

from lofi.backends.ace_step import latents, source, windows
from lofi.backends.ace_step.conditions import ConditionEncoder
from lofi.backends.ace_step.decoder import LatentDecoder
from lofi.backends.ace_step.denoiser import Denoiser
from lofi.backends.ace_step.diffusion import Diffusion
from lofi.backends.ace_step.finish import finished
from lofi.backends.ace_step.latents import SPAN, Latent
from lofi.backends.ace_step.layout import Files
from lofi.backends.ace_step.lyrics import Lyrics, Tokens
from lofi.backends.ace_step.mel import Mel
from lofi.backends.ace_step.noise import Noise
from lofi.backends.ace_step.options import AceStepOptions
from lofi.backends.ace_step.resample import Samples
from lofi.backends.ace_step.source import LatentEncoder
from lofi.backends.ace_step.stage import Stage
from lofi.backends.ace_step.task import plan
from lofi.backends.ace_step.text import TextEncoder
from lofi.backends.ace_step.vocoder import Vocoder
from lofi.backends.base import Step
from lofi.device import Device, Placement
from lofi.errors import GenerationCancelled, InvalidParams
from lofi.track import Request, Take


class Pipeline:
    """An ACE-Step model, of which only the part in use is in memory."""

    def __init__(self, files: Files, placement: Placement) -> None:
        """See that every part can be used; the largest stays in memory for the first track.

        Raises:
            ModelLoadFailed: a file cannot be used, or the device cannot.
        """
        self._lyrics = Lyrics(files.lyric_tokenizer)
        self._text = TextEncoder(files, placement)
        self._encoder = ConditionEncoder(files, placement)
        self._source = LatentEncoder(files, placement)
        self._decoder = LatentDecoder(files, placement)
        self._vocoder = Vocoder(files, placement)
        self._denoiser = Denoiser(files, placement)
        self._interrupted = threading.Event()
        self.grant = self._denoiser.stage.grant

    def generate(self, request: Request) -> Generator[Step, None, Take]:
        """Make one track; a step is one evaluation of the scheduler, or a window of decoding.

        Raises:
            GenerationCancelled: ``interrupt`` was called meanwhile.
            InvalidParams: the model cannot do what an option asks.
            ModelInferenceFailed: the model broke.
        """
        options = request.options
        if not isinstance(options, AceStepOptions):
            raise InvalidParams(f"{type(options).__name__} are not the options of ACE-Step")
        self._interrupted.clear()
        lyrics = self._lyrics.tokens(options.lyrics)
        noise = Noise(request.seed)
        task = plan(request, options, noise, lambda seconds: self._encoded(options, seconds))
        self._go_on("the start")
        diffusion = Diffusion(task, options, noise)
        decoded = latents.frames(request.seconds)
        chunks = len(self._vocoder.chunks(decoded * SPAN))
        total = diffusion.evaluations + len(self._decoder.windows(decoded)) + chunks
        done = 0
        with closing(self._made(request.prompt, options, lyrics, diffusion)) as work:
            while True:
                try:
                    next(work)
                except StopIteration as end:
                    return Take(finished(end.value, request.seconds))
                done += 1
                self._go_on(f"step {done} of {total}")
                yield Step(done, total)

    def interrupt(self) -> None:
        """End the run in hand, in whichever graph it is, and the track with it."""
        self._interrupted.set()
        for stage in self._stages:
            stage.interrupt()

    def close(self) -> None:
        """Give the memory back."""
        for stage in self._stages:
            stage.close()

    @property
    def _stages(self) -> list[Stage]:
        parts = (self._text, self._encoder, self._denoiser, self._decoder, self._vocoder)
        encoder = self._source.stage
        return [part.stage for part in parts] + ([] if encoder is None else [encoder])

    def _go_on(self, place: str) -> None:
        if self._interrupted.is_set():
            raise GenerationCancelled(f"given up after {place}")

    def _encoded(self, options: AceStepOptions, seconds: float) -> Latent:
        if options.source is None:
            raise InvalidParams("there is no source")
        return self._source.encode(source.read(options.source, seconds))

    def _made(
        self,
        prompt: str,
        options: AceStepOptions,
        lyrics: tuple[Tokens, Tokens],
        diffusion: Diffusion,
    ) -> Generator[None, None, Samples]:
        """The sound at 44.1 kHz; yields after every evaluation, window and chunk."""
        states = self._text.encode(prompt)
        self._go_on("the prompt")
        conditions = self._encoder.encode(states, lyrics, guided=options.guidance_scale > 1)
        self._go_on("the prompt")
        latent = yield from diffusion.run(self._denoiser, conditions)
        if self.grant.device is Device.CPU:  # elsewhere, bringing it back takes as long as a track
            self._denoiser.stage.close()
        mel = yield from self._drawn(latent)
        sound = []
        with self._vocoder.stage.held():
            for start in self._vocoder.chunks(mel.shape[-1]):
                sound.append(self._vocoder.sound(mel, start))
                yield
        return np.concatenate(sound, axis=1)

    def _drawn(self, latent: Latent) -> Generator[None, None, Mel]:
        spans = self._decoder.windows(latent.shape[-1])
        pieces = []
        with self._decoder.stage.held():
            for span in spans:
                pieces.append(self._decoder.decode(latent, span))
                yield
        return windows.joined(spans, pieces)
