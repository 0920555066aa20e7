"""What the procedural engine costs: CPU, waiting, memory, and how loud it comes out."""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scripts.benches import _generator, _machine

from lofi.backends.procedural.pipeline import Pipeline
from lofi.backends.procedural.reading import read
from lofi.backends.procedural.sound.stream import Stream
from lofi.sound.loudness import Meter
from lofi.sound.pcm import SAMPLE_RATE
from lofi.track import Request, Take

PROMPTS = (
    "rainy night, rhodes, vinyl, 72 bpm",
    "lofi hip hop",
    "lofi house",
    "sleep lofi, drone",
    "jazz lofi, saxophone, brushes",
    "christmas lofi with strings and bells",
    "cafe, rain, fire, strings, choir, full band, intensity 100%",
)
COST, WAIT = 0.05, 150.0
"""What is promised: CPU seconds per second of audio, and milliseconds until the first block."""
BLOCK = SAMPLE_RATE // 10


class Figures(NamedTuple):
    """One row of the table."""

    cost: float
    """CPU seconds per second of a track."""
    first: float
    """Milliseconds until a stream's first 100 ms."""
    blocks: tuple[float, float, float]
    """Milliseconds for 100 ms: median, 99th percentile, longest."""
    lufs: float
    memory: float
    """MB at most."""

    def row(self) -> str:
        """As a line of the table."""
        median, most, longest = self.blocks
        promises = (("cost", self.cost <= COST), ("wait", self.first <= WAIT))
        over = [name for name, kept in promises if not kept]
        verdict = f"over: {', '.join(over)}" if over else "kept"
        return (
            f"{self.cost:7.4f} {self.first:8.0f} {median:8.1f} {most:6.1f} {longest:6.1f}"
            f" {self.lufs:7.1f} {self.memory:6.0f}  {verdict}"
        )


def main(arguments: Sequence[str]) -> None:
    """Print a row for each prompt, every one measured in a process of its own."""
    parser = argparse.ArgumentParser(prog="scripts/bench procedural", description=__doc__)
    parser.add_argument("prompts", nargs="*", default=PROMPTS, help="instead of the usual ones")
    parser.add_argument("--seconds", type=int, default=60, help="length of each track, from 5")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.here:
        print(_measured(chosen.prompts[0], chosen.seconds).row())
        return
    print(f"promised: {COST} CPU s per s of audio on one core, {WAIT:.0f} ms to the first block")
    print("CPU s/s  first ms  100 ms: p50   p99    max   LUFS  RSS MB")
    again = [sys.executable, "-m", "scripts.benches", "procedural", "--here"]
    for prompt in chosen.prompts:
        command = [*again, "--seconds", str(chosen.seconds), "--", prompt]
        made = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE)  # noqa: S603 # ourselves
        print(f"{made.stdout.rstrip()}  {prompt}", flush=True)


def _measured(prompt: str, seconds: int) -> Figures:
    """Nothing but the imports is warm: no note has been rendered yet."""
    began = time.perf_counter()
    stream = Stream(read(prompt, 42).recipe, 42)
    stream.render(BLOCK)
    first = time.perf_counter() - began
    blocks = []
    for _ in range(10 * seconds):
        began = time.perf_counter()
        stream.render(BLOCK)
        blocks.append(1_000 * (time.perf_counter() - began))
    began = time.process_time()
    take = _made(prompt, seconds)
    cost = (time.process_time() - began) / seconds
    meter = Meter()
    meter.add(take.audio.samples)
    median, most, longest = np.percentile(blocks, (50, 99, 100)).tolist()
    return Figures(
        cost=cost,
        first=1_000 * first,
        blocks=(median, most, longest),
        lufs=meter.integrated(),
        memory=_machine.peak(),
    )


def _made(prompt: str, seconds: int) -> Take:
    request = Request(
        prompt=prompt, seconds=seconds, seed=42, backend="procedural", model_version="bench"
    )
    return _generator.result(Pipeline().generate(request))
