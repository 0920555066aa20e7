"""Those who hear what happens."""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

Event = TypeVar("Event")

logger = logging.getLogger(__name__)


class Audience(Generic[Event]):
    """Listeners, called by whichever thread has something to tell."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Event], None]] = []

    def join(self, hear: Callable[[Event], None]) -> None:
        """Have ``hear`` called with every event from now on."""
        self._listeners.append(hear)

    def tell(self, *events: Event) -> None:
        """Tell all; a listener that fails is logged and stops neither the others nor the teller."""
        for event in events:
            for hear in self._listeners:
                try:
                    hear(event)
                except Exception:
                    logger.exception("a listener failed at %s", type(event).__name__)
