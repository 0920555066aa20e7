"""A racer of our own: the backend as it is, and a stopwatch on what it calls."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
from scripts.benches.musicgen.stopwatch import Stopwatch
from scripts.benches.musicgen.wire import Json, Wire

from lofi.backends.musicgen import BACKEND, dimensions, layout, window
from lofi.backends.musicgen.codec import Codec
from lofi.backends.musicgen.decoder import Decoder
from lofi.backends.musicgen.delay import UNKNOWN, DelayPattern
from lofi.backends.musicgen.fused import FusedDecoder
from lofi.backends.musicgen.options import MusicGenOptions
from lofi.backends.musicgen.pipeline import Pipeline
from lofi.backends.musicgen.sampling import Sampler
from lofi.backends.musicgen.text import TextEncoder
from lofi.backends.musicgen.window import Author, Window
from lofi.device import Device, Placement
from lofi.track import Request

RUNTIME = "runtime"
WRITING = "writing"


class Player:
    """Makes tracks, or writes tokens at a position."""

    def __init__(self, folder: Path, prompt: str, placement: Placement) -> None:
        self._files = layout.find(folder)
        self._prompt = prompt
        self._placement = placement
        self._options = MusicGenOptions()
        self._model: Pipeline | None = Pipeline(self._files, placement)
        self._writing: Iterator[int] = iter(())
        self._decoder: Decoder | FusedDecoder | None = None

    def obey(self, command: Json) -> Json:
        """Do what is asked."""
        match command["do"]:
            case "track":
                return self._track(command["seconds"])
            case "at":
                return self._at(command["position"])
            case _:
                return self._steps(command["count"])

    def _track(self, seconds: int) -> Json:
        request = Request(
            prompt=self._prompt, seconds=seconds, seed=0, backend=BACKEND.name,
            model_version="bench", options=self._options,
        )  # fmt: skip
        model = self._model = self._model or Pipeline(self._files, self._placement)
        stopwatch.spent.clear()
        first, steps = None, 0
        began = time.perf_counter()
        for step in model.generate(request):
            steps += step.audio is None
            if step.audio is not None and first is None:
                first = time.perf_counter() - began
        return {
            "wall": time.perf_counter() - began,
            "first": first,
            "steps": steps,
            "writing": stopwatch.total(WRITING),
            "inside": stopwatch.total(WRITING, RUNTIME),
            "profile": [[list(path), spent] for path, spent in sorted(stopwatch.spent.items())],
        }

    def _at(self, position: int) -> Json:
        """Prepare to write on, so many columns after a window's beginning."""
        self._model = None  # whose memory is needed for a decoder that we hold ourselves
        numbers = dimensions.read(self._files.config)
        if self._decoder is None:
            fast = self._files.fast
            self._decoder = (
                Decoder(self._files, numbers, self._placement)
                if fast is None
                else FusedDecoder(fast, numbers, self._placement)
            )
        states = TextEncoder(self._files, self._placement).encode(self._prompt)
        pattern = DelayPattern(numbers.codebooks, numbers.channels, numbers.pad)
        options = self._options
        sampler = Sampler(options.temperature, options.top_k, options.top_p, 0)
        tokens = np.full((numbers.codebooks, numbers.positions - 8), UNKNOWN, np.int64)
        music = np.random.default_rng(0).integers(0, numbers.vocabulary, tokens.shape)
        tokens[:, :position] = music[:, :position]
        author = Author(self._decoder, pattern, sampler)
        whole = Window(0, tokens.shape[1], position)
        self._writing = author.write(tokens, whole, states, options.guidance_scale)
        next(self._writing)
        return {}

    def _steps(self, count: int) -> Json:
        times = []
        for _ in range(count):
            began = time.perf_counter()
            next(self._writing)
            times.append(time.perf_counter() - began)
        return {"times": times}


stopwatch = Stopwatch()


def _watch() -> None:
    for name in ("run", "run_with_ort_values", "run_with_iobinding"):
        stopwatch.watch(onnxruntime.InferenceSession, name, RUNTIME)
    for decoder in (Decoder, FusedDecoder):
        stopwatch.watch(decoder, "start", "start")
        stopwatch.watch(decoder, "step", "step")
    stopwatch.watch(Author, "write", WRITING)
    stopwatch.watch(Sampler, "draw", "sampling")
    stopwatch.watch(window, "guided", "guidance")
    stopwatch.watch(TextEncoder, "encode", "text")
    stopwatch.watch(Codec, "decode", "codec")


def main() -> None:
    """Obey until the end."""
    wire = Wire()
    spec = json.loads(sys.argv[1])
    _watch()
    placement = Placement(Device.CPU, spec["threads"])
    player = Player(Path(spec["folder"]), spec["prompt"], placement)
    wire.say()
    while (command := wire.hear()) is not None:
        wire.say(**player.obey(command))


if __name__ == "__main__":
    main()
