"""Other programs that want the processor."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

WORK = "while True: sum(i * i for i in range(10_000))"


@contextmanager
def busy(cores: int, nice: int) -> Iterator[None]:
    """So many cores busy, so far behind others."""
    command = ["nice", "-n", str(nice), sys.executable, "-c", WORK]
    running = [subprocess.Popen(command) for _ in range(cores)]  # noqa: S603 # ourselves
    try:
        yield
    finally:
        for each in running:
            each.kill()
            each.wait()
