"""Calls that may take a while, served in their order beside the others. Knows no method."""

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Message = TypeVar("Message")

WAITING = 100
"""Calls that may wait in one lane."""


class Lane(Generic[Message]):
    """One thread that serves one call after another, once it is let go."""

    def __init__(self, name: str, serve: Callable[[Message], None]) -> None:
        self._calls: queue.Queue[Message] = queue.Queue(WAITING)
        self._serve = serve
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def offer(self, message: Message) -> bool:
        """Take a call in; False if too many wait."""
        try:
            self._calls.put_nowait(message)
        except queue.Full:
            return False
        return True

    @property
    def busy(self) -> bool:
        """Whether a call is not answered yet."""
        return self._calls.unfinished_tasks > 0

    def _work(self) -> None:
        while True:
            self._serve(self._calls.get())
            self._calls.task_done()
