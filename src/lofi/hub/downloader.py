"""Downloads in a thread of their own, one after another, beside whatever else is going on."""

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from lofi.errors import DownloadCancelled, LofiError
from lofi.hub.download import download
from lofi.hub.progress import Step, Throttle
from lofi.manifest import Manifest

logger = logging.getLogger(__name__)


class Moved(NamedTuple):
    """A download went on; told at most four times a second."""

    model: Manifest
    step: Step


class Arrived(NamedTuple):
    """A model is installed."""

    model: Manifest


class Broke(NamedTuple):
    """A download ended early; what has come stays."""

    model: Manifest
    error: LofiError


Event = Moved | Arrived | Broke
Begin = Callable[[Manifest, Path], Generator[Step, None, None]]


class Downloader:
    """Downloads into one folder of models. Each download ends in one ``Arrived`` or ``Broke``."""

    def __init__(self, root: Path, tell: Callable[[Event], None], begin: Begin = download) -> None:
        self.root = root
        self._tell = tell
        self._begin = begin
        self._lock = threading.Lock()
        """Guards all that follows."""
        self._waiting: dict[str, Manifest] = {}
        """The one in hand included; the first one is it."""
        self._given_up: set[str] = set()
        self._failed: dict[str, LofiError] = {}
        self._stopped = False

    def start(self, model: Manifest) -> bool:
        """Download a model as soon as all earlier ones are done; False if it is under way."""
        with self._lock:
            if model.name in self._waiting or self._stopped:
                return False
            self._failed.pop(model.name, None)
            self._waiting[model.name] = model
            if len(self._waiting) == 1:
                threading.Thread(target=self._work, name="downloader", daemon=True).start()
            return True

    def cancel(self, name: str) -> bool:
        """Give a download up; whether there was one."""
        with self._lock:
            known = name in self._waiting and name not in self._given_up
            if known:
                self._given_up.add(name)
            return known

    def stop(self) -> None:
        """Begin nothing more, and end what is in hand at its next step, without a word."""
        with self._lock:
            self._stopped = True

    @property
    def busy(self) -> bool:
        """Whether anything is being downloaded."""
        return bool(self._waiting)

    def state(self, name: str) -> str | None:
        """``downloading``, ``error`` if the last attempt failed, or None."""
        with self._lock:
            if name in self._waiting:
                return "downloading"
            return "error" if name in self._failed else None

    def problem(self, name: str) -> str | None:
        """Why the last attempt failed."""
        with self._lock:
            error = self._failed.get(name)
            return error.message if error is not None else None

    def _work(self) -> None:
        while True:
            with self._lock:
                model = next(iter(self._waiting.values()), None)
                if model is None or self._stopped:
                    return
            event = self._ended(model)
            with self._lock:
                if self._stopped:
                    return
                del self._waiting[model.name]
                self._given_up.discard(model.name)
                if isinstance(event, Broke) and not isinstance(event.error, DownloadCancelled):
                    self._failed[model.name] = event.error
                more = bool(self._waiting)
            self._tell(event)
            if not more:
                return

    def _ended(self, model: Manifest) -> Arrived | Broke:
        try:
            self._follow(model)
        except LofiError as error:
            return Broke(model, error)
        except Exception as error:
            logger.exception("downloading %s failed", model.name)
            return Broke(model, LofiError(f"{type(error).__name__}: {error}"))
        return Arrived(model)

    def _follow(self, model: Manifest) -> None:
        throttle = Throttle()
        with closing(self._begin(model, self.root)) as steps:
            for step in steps:
                if self._stopped or model.name in self._given_up:
                    raise DownloadCancelled(f"the download of {model.name} was given up")
                if throttle.due(step):
                    self._tell(Moved(model, step))
