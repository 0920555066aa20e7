"""How the radio keeps up: first sound, late blocks and gaps, alone and beside busy cores."""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scripts.benches import _machine as machine
from scripts.benches._load import busy

from lofi.config import Config
from lofi.playback.outputs import paced
from lofi.playback.outputs.output import Pull
from lofi.sound.pcm import SAMPLE_RATE

NICE = 15
"""How far inference steps behind."""


class Ears:
    """An output in real time that notes when sound began, and silence after that."""

    name = "bench"
    device: str | None = None
    trouble: str | None = None

    def __init__(self) -> None:
        self.first: float | None = None
        self.silent = 0.0
        self._stopped = threading.Event()

    def start(self, pull: Pull) -> None:
        """Begin to hear."""
        threading.Thread(target=self._hear, args=(pull,), daemon=True).start()

    def close(self) -> None:
        """Hear no more."""
        self._stopped.set()

    def _hear(self, pull: Pull) -> None:
        for block in paced.blocks(pull, self._stopped):
            loud = float(np.abs(block).max()) > 1e-4
            if loud and self.first is None:
                self.first = time.monotonic()
            elif not loud and self.first is not None:
                self.silent += block.shape[1] / SAMPLE_RATE


def main(arguments: Sequence[str]) -> None:
    """Print a row for a calm machine, one for busy cores, and one while tracks are made."""
    parser = argparse.ArgumentParser(prog="scripts/bench radio", description=__doc__)
    parser.add_argument("prompt", nargs="?", default="rainy jazz")
    parser.add_argument("--seconds", type=int, default=60, help="how long to listen to each")
    parser.add_argument("--here", choices=("calm", "busy"), help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.here:
        print(_measured(chosen.prompt, chosen.seconds))
        return
    print(f"{'':6}first s  late blocks  slowest ms  underruns  silent s")
    again = [sys.executable, "-m", "scripts.benches", "radio", "--seconds", str(chosen.seconds)]
    for name, cores in (("calm", 0), ("busy", machine.cores())):
        with busy(cores, NICE):
            command = [*again, "--here", name, "--", chosen.prompt]
            made = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE)  # noqa: S603 # ourselves
        print(f"{name:6}{made.stdout.rstrip()}", flush=True)


def _measured(prompt: str, seconds: int) -> str:
    """One row, from the import of what plays to the last second heard."""
    began = time.monotonic()
    from lofi.playback.outlet import Way
    from lofi.rpc import desk
    from lofi.rpc.outbox import Outbox
    from lofi.rpc.wire import Wire

    ears = Ears()
    with tempfile.TemporaryDirectory() as root:
        nobody = os.open(os.devnull, os.O_WRONLY)
        config = Config(cache_path=Path(root), default_backend="procedural")
        parts = desk.assemble(
            config,
            Wire(Outbox(nobody, lambda _reason: None)),
            ways=[Way("bench", lambda _device: ears)],
        )
        parts.radio.start(prompt, None, None)
        time.sleep(seconds)
        health = parts.player.state.health
        parts.close(0.3)
    first = float("nan") if ears.first is None else ears.first - began
    return (
        f"{first:7.2f} {health.late:6d}/{health.mixed:<6d} {1000 * health.slowest:9.0f}"
        f" {health.underruns:10d} {ears.silent:9.2f}"
    )
