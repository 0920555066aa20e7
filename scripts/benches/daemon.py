"""How the daemon behaves: starts, pings, cancellations, memory, sudden deaths. Judges nothing."""

import argparse
import json
import random
import select
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

import soundfile

from fixtures.daemon import LAUNCH, REAL, Daemon, children, gone, until

STARTS = 20
PINGS = 20_000
SINGLE = 1_000
CANCELS = 15
DEAF_CANCELS = 8
JOBS = 1000
WARM = 100
KILLS = 20
AT_A_TIME = 6
"""Jobs for a daemon that is to be killed."""
PATIENCE = 60.0
"""Seconds for any answer."""

Json = dict[str, Any]


class Client:
    """A client without threads, so that what is measured is the daemon."""

    def __init__(
        self, home: Path, *, backend: str, command: tuple[str, ...], **more: object
    ) -> None:
        settings = {"backend": backend, "nice": 15, "unload_after_sec": 0, **more}
        self.born = time.monotonic()
        self.daemon = Daemon(home, command=command, settings=settings, read=False)
        self._output: Any = self.daemon.process.stdout
        self._buffer = bytearray()
        self._number = 0
        self.notifications: list[Json] = []

    def line(self) -> bytes:
        """The next line."""
        while b"\n" not in self._buffer:
            if not select.select([self._output], [], [], PATIENCE)[0]:
                raise TimeoutError(self.daemon.stderr())
            chunk = self._output.read(65_536)
            if not chunk:
                raise EOFError(self.daemon.stderr())
            self._buffer += chunk
        line, _, rest = self._buffer.partition(b"\n")
        self._buffer = rest
        return bytes(line)

    def call(self, method: str, **params: object) -> Json:
        """Ask and wait for the answer; notifications are put by."""
        self._number += 1
        self.daemon.send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        while "id" not in (message := json.loads(self.line())):
            self.notifications.append(message)
        result: Json = message.get("result", message)
        return result

    def hear(self, matches: Callable[[Json], bool]) -> Json:
        """The first notification that matches, heard already or not; those before it are gone."""
        while True:
            if not self.notifications:
                self.notifications.append(json.loads(self.line()))
            message = self.notifications.pop(0)
            if matches(message):
                return message

    def ended(self, track_id: str) -> Json:
        """How a job ended."""
        ends = {"generation_complete", "generation_error", "generation_cancelled"}
        return self.hear(
            lambda each: each["method"] in ends and each["params"]["track_id"] == track_id
        )

    def pings(self, count: int) -> float:
        """Pings per second, all sent at once."""
        pings = b"".join(
            b'{"jsonrpc":"2.0","id":%d,"method":"ping"}\n' % number for number in range(count)
        )
        began = time.monotonic()
        sender = threading.Thread(target=self.daemon.send_raw, args=(pings,))
        sender.start()
        answered = 0
        while answered < count:
            answered += b'"id"' in self.line()
        sender.join()
        return count / (time.monotonic() - began)

    def single_pings(self, count: int) -> list[float]:
        """Milliseconds of each, one after the other with a breath in between."""
        took = []
        for _ in range(count):
            began = time.monotonic()
            self.call("ping")
            took.append(1000 * (time.monotonic() - began))
            time.sleep(0.002)
        return took


@contextmanager
def client(
    home: Path, backend: str = "procedural", command: tuple[str, ...] = REAL, **settings: object
) -> Iterator[Client]:
    """A daemon, ended in good order."""
    one = Client(home, backend=backend, command=command, **settings)
    with one.daemon:
        one.call("ping")
        yield one
        one.daemon.close_stdin()
        until(lambda: one.daemon.process.poll() is not None)


def row(name: str, value: str) -> None:
    """One line of the table."""
    print(f"{name:<58}{value:>22}", flush=True)


def spread(took: Sequence[float], unit: str = "ms") -> str:
    """Median and worst."""
    return f"{statistics.median(took):.1f} / {max(took):.1f} {unit}"


def spread99(took: Sequence[float]) -> str:
    """Median, the worst of a hundred, the worst."""
    p99 = statistics.quantiles(took, n=100)[98]
    return f"{statistics.median(took):.2f} / {p99:.2f} / {max(took):.2f} ms"


def rss(pid: int) -> int:
    """KiB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def starts(home: Path) -> None:
    """From exec to the first pong."""
    took = []
    for _ in range(STARTS):
        with client(home) as one:
            took.append(1000 * (time.monotonic() - one.born))
    row(f"start to first pong, {STARTS} starts, median / max", spread(took))


def pings(home: Path) -> None:
    """At rest and beside a real job."""
    with client(home) as one:
        one.call("status")
        row("daemon's memory at rest", f"{rss(one.daemon.pid) / 1024:.1f} MiB")
        row("pipelined pings at rest", f"{one.pings(PINGS):,.0f} /s")
        row("single ping at rest, p50 / p99 / max", spread99(one.single_pings(SINGLE)))
        for seed in range(10):
            one.call("generate", prompt="slow rain, rhodes", duration_sec=120, seed=seed)
        one.hear(lambda each: each["method"] == "generation_progress")
        row("pipelined pings beside a job", f"{one.pings(PINGS):,.0f} /s")
        row("single ping beside a job, p50 / p99 / max", spread99(one.single_pings(SINGLE)))
        busy = one.call("status")["generation"]["active"]
        row("the job was still running", "yes" if busy else "NO")
        row("worker's memory, two minutes of procedural", f"{_peak(one.daemon) / 1024:.0f} MiB")


def _peak(daemon: Daemon) -> int:
    lines = Path(f"/proc/{children(daemon.pid)[0]}/status").read_text(encoding="ascii")
    return next(int(each.split()[1]) for each in lines.splitlines() if each.startswith("VmHWM"))


def cancels(home: Path) -> None:
    """From asking to hearing that it is over."""
    moments = random.Random(1)  # noqa: S311 - not a secret
    with client(home) as one:
        took = []
        for seed in range(CANCELS):
            track = one.call("generate", prompt="slow rain", duration_sec=240, seed=1000 + seed)
            took.append(_cancelled(one, track["track_id"], "generating", moments.uniform(0, 0.3)))
        row(f"cancel of a procedural job, {CANCELS} times, median / max", spread(took))
    with client(home, "fake", LAUNCH) as one:
        took = []
        for seed in range(DEAF_CANCELS):
            track = one.call("generate", prompt="hang", duration_sec=1, seed=seed)
            took.append(_cancelled(one, track["track_id"], 45, moments.uniform(0, 0.3)))
        row(f"cancel of a deaf native call, {DEAF_CANCELS} times, median / max", spread(took))


def _cancelled(one: Client, track_id: str, reached: object, later: float) -> float:
    one.hear(
        lambda each: (
            each["method"] == "generation_progress"
            and each["params"]["track_id"] == track_id
            and reached in {each["params"]["state"], each["params"]["percent"]}
        )
    )
    time.sleep(later)
    began = time.monotonic()
    one.call("cancel", track_id=track_id)
    end = one.ended(track_id)
    if end["method"] != "generation_cancelled":
        raise RuntimeError(f"not cancelled: {end}")
    return 1000 * (time.monotonic() - began)


def memory(home: Path) -> None:
    """What a job leaves behind in the daemon."""
    with client(home, "fake", LAUNCH) as one:
        held = []
        for seed in range(JOBS):
            track = one.call("generate", prompt="steady", duration_sec=1, seed=seed)
            one.ended(track["track_id"])
            held.append(rss(one.daemon.pid))
        later = held[WARM:]
        slope = statistics.linear_regression(range(len(later)), later).slope
        ends = f"{held[WARM] / 1024:.1f} / {held[-1] / 1024:.1f} MiB"
        row(f"daemon's memory after {WARM} / {JOBS} jobs", ends)
        row(f"its slope over the last {len(later)}", f"{slope:+.3f} KiB/job")


def kills(home: Path) -> None:
    """kill -9 in the middle of work, then a new daemon that has to bring it to an end."""
    moments = random.Random(2)  # noqa: S311 - not a secret
    lost = torn = outlived = 0
    recovery = []
    for number in range(KILLS):
        one = Client(home, backend="procedural", command=REAL)
        with one.daemon:
            wanted = [
                one.call("generate", prompt="rain", duration_sec=5, seed=10 * number + seed)
                for seed in range(AT_A_TIME)
            ]
            one.hear(lambda each: each["method"] == "generation_progress")
            time.sleep(moments.uniform(0, 1.0))
            workers = children(one.daemon.pid)
            one.daemon.process.send_signal(signal.SIGKILL)
        outlived += not until(lambda workers=workers: all(map(gone, workers)), 2.0)  # type: ignore[misc]
        torn += sum(not _whole(path) for path in (home / "library/tracks").glob("*.wav"))
        began = time.monotonic()
        with client(home) as next_one:
            while next_one.call("status")["queue_length"]:
                next_one.hear(lambda each: each["method"] == "queue_changed")
            recovery.append(time.monotonic() - began)
            for track in wanted:
                lost += "error" in next_one.call("library_get", track_id=track["track_id"])
    row(f"kill -9 during work, {KILLS} times: jobs lost", f"{lost} of {AT_A_TIME * KILLS}")
    row("torn tracks", str(torn))
    row("workers that outlived their daemon", str(outlived))
    row("until the next daemon has made the rest, median / max", spread(recovery, "s"))


def _whole(path: Path) -> bool:
    try:
        with soundfile.SoundFile(path) as file:
            return bool(len(file.read()) == file.frames == 5 * file.samplerate)
    except soundfile.LibsndfileError:
        return False


def main(argv: Sequence[str]) -> None:
    """The whole table, or the parts that are named."""
    parts = {part.__name__: part for part in (starts, pings, cancels, memory, kills)}
    parser = argparse.ArgumentParser(prog="scripts/bench daemon", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*parts, []], help=f"of {', '.join(parts)}")
    for name in parser.parse_args(argv).part or parts:
        with tempfile.TemporaryDirectory(prefix="lofi-bench-") as home:
            parts[name](Path(home))
