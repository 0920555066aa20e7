"""What the machine and this process are doing, as the operating system counts it.

Without ``/proc`` some of it cannot be known; then it is NaN.
"""

import math
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

PROBED = 1 << 29
"""Bytes read to measure the memory: more than any processor's cache holds."""
PASSES = 5


def peak() -> float:
    """MB that this process held at most."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return _peak_since_fork()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6


def resident(process: int | str = "self") -> float:
    """MB that a process holds now."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return math.nan
    return pages * resource.getpagesize() / 1e6


def spent(process: int) -> float:
    """CPU seconds that a process has used."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except OSError:
        return math.nan
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def busy() -> float:
    """CPU seconds that all processes together have used since the machine started."""
    try:
        line = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    except OSError:
        return math.nan
    user, nice, system, _, _, interrupt, soft, steal = map(int, line.split()[1:9])
    ticks = user + nice + system + interrupt + soft + steal
    return float(ticks / os.sysconf("SC_CLK_TCK"))


def cores() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Foreign:
    """How many cores others use, from its making on."""

    def __init__(self) -> None:
        self._wall, self._own, self._all = time.monotonic(), time.process_time(), busy()

    def cores(self) -> float:
        """So far, on average."""
        own = time.process_time() - self._own
        return max(0.0, busy() - self._all - own) / (time.monotonic() - self._wall)


class Memory:
    """Measures how fast the memory is, again and again; the best of all counts."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self.read = self.copied = 0.0
        """GB per second; a copied byte is read and written, and counts once."""

    def measure(self) -> None:
        """Go through more memory than the caches hold."""
        source = np.ones(PROBED // 4, np.float32)
        target = np.zeros_like(source)
        parts = list(
            zip(
                np.array_split(source, self._threads),
                np.array_split(target, self._threads),
                strict=True,
            )
        )
        for _ in range(PASSES):  # a dot product with itself is the fastest reader numpy has
            self.read = max(self.read, self._rate(lambda i: np.dot(parts[i][0], parts[i][0])))
            self.copied = max(
                self.copied, self._rate(lambda i: np.copyto(parts[i][1], parts[i][0]))
            )

    def _rate(self, work: Callable[[int], object]) -> float:
        threads = [threading.Thread(target=work, args=(i,)) for i in range(self._threads)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return PROBED / (time.perf_counter() - began) / 1e9


def _peak_since_fork() -> float:
    """What ``getrusage`` tells, which on Linux counts what the parent held at the fork too."""
    # The operating systems count in kilobytes, but for macOS, which uses bytes.
    unit = 1_000_000 if sys.platform == "darwin" else 1_000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
