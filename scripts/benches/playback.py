"""How playing keeps up: how soon it begins, what it costs, and what is late beside busy cores."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from lofi.playback.deck import AHEAD, BLOCK
from lofi.sound.pcm import SAMPLE_RATE

BUSY = "while True: sum(i * i for i in range(10_000))"
"""What a core is kept busy with."""
TRACK_SECONDS = 600
CASES = (("calm", None), ("busy, nice 15", 15), ("busy, nice 0", 0))


def main(arguments: Sequence[str]) -> None:
    """Print a row for a calm machine, for one whose every core infers, and for a crowded one."""
    parser = argparse.ArgumentParser(prog="scripts/bench playback", description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="how long to play in each case")
    parser.add_argument("--output", default="null", help="what to play through")
    chosen = parser.parse_args(arguments)
    print(f"blocks of {1000 * BLOCK // SAMPLE_RATE} ms, {1000 * AHEAD // SAMPLE_RATE} ms ahead")
    with tempfile.TemporaryDirectory() as home, Client(home, chosen.output) as client:
        track = client.make(TRACK_SECONDS)
        print(f"{'first play':16}{client.first(track):6.2f} s until sound leaves, imports included")
        print(f"{'again':16}{client.first(track):6.2f} s")
        print(
            f"\n{'':16}{'underruns':>10}{'missing ms':>12}{'late':>6}{'slowest ms':>12}{'CPU %':>8}"
            f"{'MB':>7}{'grown':>7}"
        )
        for name, nice in CASES:
            with _busy(nice):
                print(f"{name:16}{client.row(chosen.seconds)}", flush=True)


@contextmanager
def _busy(nice: int | None) -> Iterator[None]:
    """Every core busy, so far behind others; None leaves them alone."""
    count = 0 if nice is None else os.cpu_count() or 1
    command = ["nice", "-n", str(nice), sys.executable, "-c", BUSY]
    running = [subprocess.Popen(command) for _ in range(count)]  # noqa: S603 # ourselves
    try:
        yield
    finally:
        for each in running:
            each.kill()
            each.wait()


class Client:
    """A daemon in an empty home, and whoever talks to it."""

    def __init__(self, home: str, output: str) -> None:
        settings = {"LOFI_CACHE_PATH": home, "LOFI_AUDIO_OUTPUT": output}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lofi", "--daemon"],
            env=os.environ | settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def make(self, seconds: int) -> str:
        """A track of the procedural backend, by its id."""
        asked = {"prompt": "rain", "backend": "procedural", "duration_sec": seconds, "seed": 1}
        self.call("generate", **asked)
        return str(self._until("generation_complete")["track_id"])

    def first(self, track: str) -> float:
        """Seconds from the call to the first sound that leaves."""
        self.call("stop")
        before = self.status()["mixed_sec"]
        began = time.monotonic()
        self.call("play", track_id=track)
        while self.call("playback_status")["position"]["position"] == 0.0:
            time.sleep(0.002)
        assert self.status()["mixed_sec"] > before  # noqa: S101 - or it measured nothing
        return time.monotonic() - began

    def row(self, seconds: int) -> str:
        """Figures of so many seconds of playing."""
        before, cpu, held = self.status(), self._cpu(), self._held()
        time.sleep(seconds)
        after = self.status()
        spent = 100 * (self._cpu() - cpu) / seconds
        missed = [after[name] - before[name] for name in ("underruns", "missing_ms", "late_blocks")]
        return (
            f"{missed[0]:10d}{missed[1]:12d}{missed[2]:6d}{after['slowest_block_ms']:12.1f}"
            f"{spent:8.1f}{self._held():7.0f}{self._held() - held:7.1f}"
        )

    def status(self) -> dict[str, Any]:
        """How mixing keeps up."""
        found: dict[str, Any] = self.call("status")["playback"]
        return found

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Ask, and wait for the answer."""
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        while True:
            answer = self._next()
            if "id" in answer:
                found: dict[str, Any] = answer["result"]
                return found

    def _until(self, method: str) -> dict[str, Any]:
        while True:
            message = self._next()
            if message.get("method") == method:
                found: dict[str, Any] = message["params"]
                return found

    def _next(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def _held(self) -> float:
        """MB in memory; NaN where the system does not say."""
        try:
            lines = (
                Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii").splitlines()
            )
        except OSError:
            return float("nan")
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1e3

    def _cpu(self) -> float:
        """Seconds of a core that the daemon has used; NaN where the system does not say."""
        try:
            text = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        except OSError:
            return float("nan")
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
