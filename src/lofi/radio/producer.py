"""Has tracks made for the radio, one at a time, and looks whether they are fit to be heard.

It stands back: it asks only while the queue has nothing else to do, and gives its track up when
somebody else's job waits behind it.
"""

import logging
import threading
from functools import partial
from pathlib import Path
from typing import Protocol

import soundfile

from lofi.errors import AlreadyComplete, LofiError, ModelInferenceFailed, TrackNotFound
from lofi.jobs.events import Cancelled, Completed, Event, Failed, Progressed, Queued
from lofi.jobs.job import Job
from lofi.jobs.runner import Runner
from lofi.library.entry import Entry
from lofi.radio import gate
from lofi.radio.piece import Origin, Piece
from lofi.radio.tuning import tune_of
from lofi.radio.variations import Idea
from lofi.radio.workshop import Workshop

logger = logging.getLogger(__name__)

NEARLY_DONE = 80
"""Percent from which a track is finished even if others wait."""


class Editor(Protocol):
    """Whom the producer reports to, from any thread."""

    def made(self, piece: Piece) -> None:
        """A track is there, and fit to be heard."""
        ...

    def failed(self, error: LofiError) -> None:
        """It could not be made, or is not fit to be heard."""
        ...

    def held_up(self) -> None:
        """It was given up for somebody else's job."""
        ...


class Producer:
    """At most one track on its way."""

    def __init__(self, runner: Runner, workshop: Workshop, editor: Editor) -> None:
        self._runner = runner
        self._workshop = workshop
        self._editor = editor
        self._job: Job | None = None
        self._looking: str | None = None
        """The track that is being looked at, by its id."""
        self._percent = 0
        self._lock = threading.Lock()
        """Guards the job in hand."""

    @property
    def room(self) -> bool:
        """Whether the queue has nothing else to do."""
        return self._runner.idle

    def ask(self, idea: Idea) -> None:
        """Have it made.

        Raises:
            LofiError: the queue or the library does not take it now.
        """
        job = self._workshop.job(idea)
        with self._lock:
            self._job, self._percent = job, 0
        try:
            self._runner.submit(job)
        except LofiError:
            self._take(job.id)
            raise

    def give_up(self) -> None:
        """Drop the track that is on its way; nothing is told of it any more."""
        with self._lock:
            job, self._job, self._looking = self._job, None, None
        if job is not None:
            self._cancel(job)

    def hear(self, event: Event) -> None:
        """What happens to jobs, ours and others'."""
        match event:
            case Queued(job, _):
                self._make_way(job)
            case Progressed(job, _, progress):
                self._note(job, progress.percent)
            case Completed(job, _) | Failed(job, _) | Cancelled(job, _) if self._take(job.id):
                self._report(event)
            case _:
                pass

    def _report(self, ending: Event) -> None:
        match ending:
            case Completed(job, entry):
                look = partial(self._look, entry)
                threading.Thread(target=look, name=f"radio {job.id}", daemon=True).start()
            case Failed(_, error):
                self._editor.failed(error)
            case _:
                self._editor.held_up()

    def _note(self, job: Job, percent: int) -> None:
        with self._lock:
            if self._job is not None and job.id == self._job.id:
                self._percent = percent

    def _make_way(self, other: Job) -> None:
        with self._lock:
            job = self._job
            stays = job is None or other.id == job.id or self._percent >= NEARLY_DONE
        if job is not None and not stays and not other.background:
            self._cancel(job)

    def _cancel(self, job: Job) -> None:
        try:
            self._runner.cancel(job.id)
        except (TrackNotFound, AlreadyComplete):
            logger.debug("%s has ended already", job.id)

    def _take(self, track_id: str) -> bool:
        """Whether this was ours; it is not on its way any more."""
        with self._lock:
            if self._job is None or self._job.id != track_id:
                return False
            self._job, self._looking = None, track_id
            return True

    def _look(self, entry: Entry) -> None:
        """Let a track through the gate, or not."""
        found: Piece | LofiError
        try:
            found = _examined(entry)
        except LofiError as error:
            logger.warning("%s is not put on air: %s", entry.id, error.message)
            found = error
        with self._lock:
            if self._looking != entry.id:
                return  # given up meanwhile
            self._looking = None
        if isinstance(found, Piece):
            self._editor.made(found)
        else:
            self._editor.failed(found)


def _examined(entry: Entry) -> Piece:
    """A track as something to play.

    Raises:
        ModelInferenceFailed: it is not fit to be heard.
    """
    try:
        samples, rate = soundfile.read(Path(entry.path), dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise ModelInferenceFailed(f"it cannot be read: {error}") from None
    fault = gate.fault(samples.T, rate)
    if fault is not None:
        raise ModelInferenceFailed(fault)
    return piece_of(entry, Origin.GENERATED, samples.T, rate)


def piece_of(entry: Entry, origin: Origin, samples: gate.Samples, sample_rate: int) -> Piece:
    """A track of the library as something to play."""
    return Piece(
        origin=origin,
        prompt=entry.recipe.prompt,
        seed=entry.recipe.seed,
        track_id=entry.id,
        seconds=entry.seconds,
        tune=tune_of(entry.recipe, samples, sample_rate),
    )
