"""How often and how long to wait for a hub that does not answer as it should."""

import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

from lofi.errors import ModelDownloadFailed
from lofi.hub.pump import TICK


class Fault(Exception):
    """Something that may be better next time."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        """Seconds that the hub asked us to wait."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The limits of a download."""

    stall: float = 30.0
    """Seconds without a byte after which a connection counts as dead."""
    attempts: int = 5
    """Faults in a row, without anything gained, after which to give up."""
    gained: int = 1 << 20
    """Bytes that count as something."""
    first_wait: float = 1.0
    """Seconds; doubled with each fault in a row."""
    longest_wait: float = 60.0
    longest_asked: float = 600.0
    """Seconds that the hub may ask us to wait."""
    spare: int = 64_000_000
    """Bytes that must stay free on the disk."""
    sleep: Callable[[float], object] = time.sleep


class Patience:
    """Counts the faults in a row, and waits after each of them a little longer."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._faults = 0

    def after(self, fault: Fault, gained: int = 0) -> Generator[None, None, None]:
        """Wait, in ticks, before the next attempt.

        Args:
            fault: what happened.
            gained: bytes that arrived before it did.

        Raises:
            ModelDownloadFailed: there were too many in a row, or the hub asks for too much.
        """
        self._faults = 1 if gained >= self._terms.gained else self._faults + 1
        if self._faults >= self._terms.attempts:
            raise ModelDownloadFailed(f"gave up after {self._faults} attempts: {fault.reason}")
        wait = fault.retry_after
        if wait is None:
            longest = min(
                self._terms.longest_wait, self._terms.first_wait * 2 ** (self._faults - 1)
            )
            wait = longest * random.uniform(0.8, 1.0)  # noqa: S311 - so that many do not ask at once
        elif wait > self._terms.longest_asked:
            raise ModelDownloadFailed(
                f"{fault.reason} and asks to wait {wait:.0f} s", hint="try again later"
            )
        while wait > 0:
            self._terms.sleep(min(wait, TICK))
            wait -= TICK
            yield
