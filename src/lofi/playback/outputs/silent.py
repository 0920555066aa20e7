"""Plays to nowhere, in real time: to try things out, and for tests."""

import threading

from lofi.playback.outputs import paced
from lofi.playback.outputs.output import Pull

LEAVE_SECONDS = 1.0


class SilentOutput:
    """As any device, but that nobody hears it."""

    name = "null"
    device: str | None = None
    trouble: str | None = None

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def start(self, pull: Pull) -> None:
        """Begin to take sound and drop it."""
        threading.Thread(target=self._take, args=(pull,), name="silent", daemon=True).start()

    def close(self) -> None:
        """Take no more."""
        self._stopped.set()

    def _take(self, pull: Pull) -> None:
        for _ in paced.blocks(pull, self._stopped):
            pass
