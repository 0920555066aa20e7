"""How playing keeps up: how soon it begins, what it costs, and what is late beside busy cores."""

import argparse
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from scripts.benches import _machine as machine
from scripts.benches._load import busy
from scripts.benches.daemon import Client, Json, client

from lofi.playback.deck import AHEAD, BLOCK
from lofi.sound.pcm import SAMPLE_RATE

TRACK_SECONDS = 600
CASES = (("calm", None), ("busy, nice 15", 15), ("busy, nice 0", 0))


def main(arguments: Sequence[str]) -> None:
    """Print a row for a calm machine, for one whose every core infers, and for a crowded one."""
    parser = argparse.ArgumentParser(prog="scripts/bench playback", description=__doc__)
    parser.add_argument("--seconds", type=int, default=30, help="how long to play in each case")
    parser.add_argument("--output", default="null", help="what to play through")
    chosen = parser.parse_args(arguments)
    print(f"blocks of {1000 * BLOCK // SAMPLE_RATE} ms, {1000 * AHEAD // SAMPLE_RATE} ms ahead")
    with (
        tempfile.TemporaryDirectory() as home,
        client(Path(home) / "home", audio_output=chosen.output) as one,
    ):
        listener = Listener(one)
        track = listener.make(TRACK_SECONDS)
        print(
            f"{'first play':16}{listener.first(track):6.2f} s until sound leaves, imports included"
        )
        print(f"{'again':16}{listener.first(track):6.2f} s")
        print(
            f"\n{'':16}{'underruns':>10}{'missing ms':>12}{'late':>6}{'slowest ms':>12}{'CPU %':>8}"
            f"{'MB':>7}{'grown':>7}"
        )
        for name, nice in CASES:
            with nullcontext() if nice is None else busy(machine.cores(), nice):
                print(f"{name:16}{listener.row(chosen.seconds)}", flush=True)


class Listener:
    """Plays through a daemon, and looks at how it keeps up."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._pid = client.daemon.pid

    def make(self, seconds: int) -> str:
        """A track of the procedural backend, by its id."""
        asked = {"prompt": "rain", "duration_sec": seconds, "seed": 1}
        track = str(self._client.call("generate", **asked)["track_id"])
        self._client.ended(track)
        return track

    def first(self, track: str) -> float:
        """Seconds from the call to the first sound that leaves."""
        self._client.call("stop")
        before = self.status()["mixed_sec"]
        began = time.monotonic()
        self._client.call("play", track_id=track)
        while self._client.call("playback_status")["position"]["position"] == 0.0:
            time.sleep(0.002)
        assert self.status()["mixed_sec"] > before  # noqa: S101 - or it measured nothing
        return time.monotonic() - began

    def row(self, seconds: int) -> str:
        """Figures of so many seconds of playing."""
        before, cpu, held = self.status(), machine.spent(self._pid), machine.resident(self._pid)
        time.sleep(seconds)
        after, now = self.status(), machine.resident(self._pid)
        used = 100 * (machine.spent(self._pid) - cpu) / seconds
        missed = [after[name] - before[name] for name in ("underruns", "missing_ms", "late_blocks")]
        return (
            f"{missed[0]:10d}{missed[1]:12d}{missed[2]:6d}{after['slowest_block_ms']:12.1f}"
            f"{used:8.1f}{now:7.0f}{now - held:7.1f}"
        )

    def status(self) -> Json:
        """How mixing keeps up."""
        found: Json = self._client.call("status")["playback"]
        return found
