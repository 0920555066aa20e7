"""From a request to a finished track: encode the words, take steps, decode what they lead to."""

import threading
from collections.abc import Generator
from contextlib import closing
from typing import NamedTuple

import numpy as np

from lofi.backends.ace_step import cost, erg, latents, source, windows
from lofi.backends.ace_step.conditions import ConditionEncoder, Conditions
from lofi.backends.ace_step.decoder import LatentDecoder
from lofi.backends.ace_step.denoiser import Denoiser
from lofi.backends.ace_step.diffusion import Diffusion
from lofi.backends.ace_step.erg import Erg
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


class _Words(NamedTuple):
    """What the network is to be told."""

    prompt: str
    lyrics: tuple[Tokens, Tokens]
    guided: bool
    erg: Erg


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
        graphs = (self._text.stage, self._encoder.stage, self._denoiser.stage)
        self._able = Erg(*(graph.takes(erg.INPUT) for graph in graphs))
        self._interrupted = threading.Event()
        self.grant = self._denoiser.stage.grant

    def generate(self, request: Request) -> Generator[Step, None, Take]:
        """Make one track; steps are those of the diffusion, and reports of them even in time.

        Raises:
            GenerationCancelled: ``interrupt`` was called meanwhile.
            InvalidParams: the model cannot do what an option asks.
            ModelInferenceFailed: the model broke.
        """
        options = request.options
        if not isinstance(options, AceStepOptions):
            raise InvalidParams(f"{type(options).__name__} are not the options of ACE-Step")
        self._interrupted.clear()
        noise = Noise(request.seed)
        lyrics = self._lyrics.tokens(options.lyrics)
        begun = source.Beginning(self._source, options.source, request.model_version)
        task = plan(request, options, noise, begun.latent)
        self._go_on("the start")
        diffusion = Diffusion(task, options, noise)
        doing = erg.chosen(options, self._able, guided=diffusion.guided)
        notes = {"erg": erg.note(doing, self._able)} | begun.notes
        words = _Words(request.prompt, lyrics, diffusion.guided, doing)
        reports = iter(self._reports(diffusion, latents.frames(request.seconds)))
        with closing(self._made(words, diffusion)) as work:
            while True:
                try:
                    next(work)
                except StopIteration as end:
                    latent, sound = end.value
                    track = finished(sound, request.seconds)
                    return Take(track, notes, source.remains(latent))
                step = next(reports)
                self._go_on(f"step {step.done} of {step.total}")
                yield step

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

    def _reports(self, diffusion: Diffusion, frames: int) -> list[Step]:
        """What is yielded for a latent of so many frames, in order."""
        total, mel = diffusion.steps, frames * SPAN
        evaluations, answer = diffusion.evaluations, cost.READ + frames
        spans = [self._decoder.computed(each) for each in self._decoder.windows(frames)]
        chunks = [self._vocoder.seen(mel, start) for start in self._vocoder.chunks(mel)]
        parts = [
            *(cost.Part(each.reached, answer * (1 + each.guided)) for each in evaluations),
            *(cost.Part(total, cost.WINDOW * count) for count in spans),
            *(cost.Part(total, cost.CHUNK * (end - begin) / SPAN) for begin, end in chunks),
        ]
        return cost.steps(parts, total)

    def _made(
        self, words: _Words, diffusion: Diffusion
    ) -> Generator[None, None, tuple[Latent, Samples]]:
        """The latent, and its sound at 44.1 kHz; yields when it is prepared, then after every
        evaluation, window and chunk."""
        conditions = self._conditions(words)
        if diffusion.evaluations:
            self._denoiser.stage.open()
        yield
        latent = yield from diffusion.run(self._denoiser, conditions)
        if self.grant.device is Device.CPU:  # elsewhere, bringing it back takes as long as a track
            self._denoiser.stage.close()
        mel = yield from self._drawn(latent)
        sound = []
        with self._vocoder.stage.held():
            for start in self._vocoder.chunks(mel.shape[-1]):
                sound.append(self._vocoder.sound(mel, start))
                yield
        return latent, np.concatenate(sound, axis=1)

    def _conditions(self, words: _Words) -> Conditions:
        doing, weak = words.erg, None
        if doing.tag:
            states, weak = np.split(self._text.encode(words.prompt, erg.FULL, erg.TAU), 2)
        else:
            states = self._text.encode(words.prompt)
            weak = np.zeros_like(states) if doing.lyric else None
        self._go_on("the prompt")
        told = self._encoder.encode(states, words.lyrics, guided=words.guided, weak=weak)
        self._go_on("the prompt")
        return told._replace(tau=erg.TAU) if doing.diffusion else told

    def _drawn(self, latent: Latent) -> Generator[None, None, Mel]:
        spans = self._decoder.windows(latent.shape[-1])
        pieces = []
        with self._decoder.stage.held():
            for span in spans:
                pieces.append(self._decoder.decode(latent, span))
                yield
        return windows.joined(spans, pieces)
