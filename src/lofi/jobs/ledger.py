"""Has what becomes of jobs written down, in order, without anybody having to wait for the disk."""

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import ParamSpec

from lofi.errors import LofiError

P = ParamSpec("P")

logger = logging.getLogger(__name__)


class Ledger:
    """Writes on a thread of its own: a disk may be full, closed, or held by another for seconds.

    What cannot be written is logged; the queue goes on in memory, and only a crash would miss it.
    """

    def __init__(self) -> None:
        self._notes: SimpleQueue[Callable[[], object]] = SimpleQueue()
        threading.Thread(target=self._work, name="ledger", daemon=True).start()

    def note(self, write: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Have ``write`` called after all that was noted before."""
        self._notes.put(lambda: write(*args, **kwargs))

    def settle(self, seconds: float) -> bool:
        """Wait until all that was noted so far is written or has failed; whether it was in time."""
        settled = threading.Event()
        self._notes.put(settled.set)
        return settled.wait(seconds)

    def _work(self) -> None:
        while True:
            try:
                self._notes.get()()
            except LofiError as error:
                logger.warning("the queue's journal is not up to date: %s", error.message)
            except Exception:
                logger.exception("the queue's journal is not up to date")
