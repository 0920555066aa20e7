"""What the methods work with, put together once. Imports everything that is slow to import."""

import logging
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path

from pydantic import JsonValue, ValidationError

from lofi.backends import registry
from lofi.backends.registry import Weights
from lofi.config import Config
from lofi.errors import InvalidParams, LofiError, ModelInferenceFailed
from lofi.hub.downloader import Downloader
from lofi.jobs.events import Event, QueueChanged
from lofi.jobs.job import Job, Priority
from lofi.jobs.making import Means
from lofi.jobs.queue import Queue
from lofi.jobs.records import Restored
from lofi.jobs.runner import Runner
from lofi.jobs.worker import COMMAND, Worker
from lofi.library.journal import Journal, JournalEntry, State
from lofi.library.shelf import Library
from lofi.playback.outlet import Way
from lofi.playback.player import Player
from lofi.radio.focus import Focus
from lofi.radio.prefetch import Prefetch
from lofi.radio.station import Station
from lofi.rpc import broadcasting, delivery, playing
from lofi.rpc.notifications import Reporter, queue_described
from lofi.rpc.telling import Teller, described
from lofi.rpc.wire import Wire
from lofi.track import Options, Request

logger = logging.getLogger(__name__)

LOG_BYTES = 1_000_000
LOG_FILES = 3


@dataclass(frozen=True, slots=True)
class Desk:
    """One daemon's parts."""

    config: Config
    library: Library
    runner: Runner
    wire: Wire
    downloads: Downloader
    player: Player
    prefetch: Prefetch
    radio: Station
    timer: Focus
    started: float
    """``time.monotonic()`` when it was put together."""

    @property
    def idle(self) -> bool:
        """Whether nothing is being made, downloaded, played or timed."""
        quiet = self.player.idle and not self.timer.running
        return quiet and self.runner.idle and not self.downloads.busy

    def close(self, seconds: float, *, forget: bool = False) -> None:
        """End everything in good order; whoever has left hears nothing more.

        Args:
            seconds: how long to wait for the job in hand.
            forget: whether the jobs that wait are given up; otherwise the next daemon has them.
        """
        self.player.close()
        self.radio.close()
        self.timer.stop()
        self.downloads.stop()
        self.runner.stop(seconds)
        if forget:
            self.runner.forget()
        self.library.close()

    def playback(self) -> dict[str, JsonValue]:
        """The player, the radio and the timer as one JSON object."""
        return described(self.player, self.radio.described(), self.timer.described())

    def queue(self) -> dict[str, JsonValue]:
        """The queue as one JSON object."""
        now = self.runner.snapshot()
        return queue_described(now, self.config.queue_capacity, prefetching=self.prefetch.pending)


def assemble(
    config: Config,
    wire: Wire,
    command: Sequence[str] = COMMAND,
    ways: Sequence[Way] | None = None,
) -> Desk:
    """Open the library, take over what a dead daemon left, and begin to work.

    Args:
        config: the settings.
        wire: where notifications go.
        command: how to start the process that computes.
        ways: what to play with; by default as the settings say.

    Raises:
        WriteFailed: the library's folder cannot even be looked at.
    """
    library = Library.open(
        config.cache_path,
        max_bytes=config.cache_max_mb * 1_000_000,
        max_tracks=config.cache_max_tracks,
    )
    journal = Journal(library.store, library.folder, library.owner)
    worker = Worker(command, nice=config.nice, patience=config.step_timeout_sec)
    means = Means(
        worker=worker,
        library=library,
        journal=journal,
        placement=config.placement,
        weights=config.weights,
        unload_after=config.unload_after_sec,
    )
    runner = Runner(Queue(config.queue_capacity), means)
    player = playing.player(config, library, ways)
    desk = Desk(
        config=config,
        library=library,
        runner=runner,
        wire=wire,
        downloads=Downloader(config.models_path, delivery.teller(wire)),
        player=player,
        prefetch=Prefetch(runner, player, library.get, partial(playing.like, config)),
        radio=broadcasting.station(config, library, runner, player, wire),
        timer=broadcasting.timer(player, wire),
        started=time.monotonic(),
    )
    runner.listen(_Announcer(desk).hear)
    player.listen(Teller(wire, player, library, desk.playback).hear)
    if config.autoplay:
        playing.autoplay(runner, player)
    if library.closed is None:
        runner.restore(_left_behind(journal, config.weights))
    runner.start()
    return desk


def log_to(config: Config) -> None:
    """Log to standard error, and to a file that is replaced before it grows large."""
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    problem: OSError | None = None
    if config.log_file is not None:
        try:
            handlers.append(_log_file(config.log_file))
        except OSError as error:
            problem = error
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=config.log_level.upper(), format=form, handlers=handlers, force=True)
    if problem is not None:
        logger.warning("cannot log to %s: %s", config.log_file, problem.strerror)


def _log_file(path: Path) -> logging.Handler:
    path.parent.mkdir(parents=True, exist_ok=True)
    return RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")


class _Announcer:
    """Tells the client about jobs."""

    def __init__(self, desk: Desk) -> None:
        self._wire = desk.wire
        self._queue = desk.queue
        self._reporter = Reporter()
        self._lock = threading.Lock()
        """The reporter remembers what it said last, and two threads have something to say."""

    def hear(self, event: Event) -> None:
        if isinstance(event, QueueChanged):
            self._wire.announce_state("queue_changed", self._queue)
            return
        with self._lock:
            notifications = list(self._reporter.report(event))
        for each in notifications:
            self._wire.announce(each.method, each.params, replaces=each.replaces, ends=each.ends)


def _left_behind(journal: Journal, weights: Weights) -> list[Restored]:
    """The jobs of dead daemons; a journal that cannot be read is a loss, not an end."""
    try:
        entries = journal.recover()
        found = [_restored(entry, weights) for entry in entries]
        for entry, restored in zip(entries, found, strict=True):
            if restored.error is not None:  # by the id it had, which other options would change
                journal.remove(entry.track_id)
    except LofiError as error:
        logger.warning("the jobs of earlier daemons cannot be taken over: %s", error.message)
        return []
    return found


def _restored(entry: JournalEntry, weights: Weights) -> Restored:
    recipe = entry.recipe
    error: LofiError | None = None
    options = Options()
    try:
        backend = registry.get(recipe.backend)
        options = backend.options.model_validate(dict(recipe.options))
        if backend.model_version(weights(backend.name)) != recipe.model_version:
            error = ModelInferenceFailed("this job was meant for another version of its model")
    except ValidationError:
        error = InvalidParams("this version does not know the options of this job")
    except LofiError as unknown:
        error = unknown
    if entry.state is State.FAILED:
        error = ModelInferenceFailed("this job took the daemon down twice and is not tried again")
    request = Request(
        prompt=recipe.prompt,
        seconds=recipe.seconds,
        seed=recipe.seed,
        backend=recipe.backend,
        model_version=recipe.model_version,
        options=options,
    )
    return Restored(Job(request, Priority(entry.priority), entry.attempts), error)
