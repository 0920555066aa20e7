"""What the player remembers from one day to the next: how loud it was."""

import json
import logging
import os
from pathlib import Path

logger = logging.getLogger(__name__)


class Memory:
    """One small file; where the disk refuses, nothing is remembered."""

    def __init__(self, path: Path | None) -> None:
        """None remembers nothing."""
        self._path = path

    def volume(self) -> float | None:
        """The last one, 0 to 1, above 0; None if none is known."""
        if self._path is None:
            return None
        try:
            value = json.loads(self._path.read_text(encoding="utf-8"))["volume"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            logger.warning(
                "%s cannot be read: %s; the volume is as in the settings", self._path, error
            )
            return None
        fits = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 1
        return float(value) if fits else None

    def keep_volume(self, volume: float) -> None:
        """Remember it, unless it is silence: who starts anew and hears nothing looks for faults."""
        if self._path is None or volume <= 0:
            return
        part = self._path.with_suffix(f".{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps({"volume": volume}), encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            logger.warning("the volume cannot be remembered: %s", error.strerror)
