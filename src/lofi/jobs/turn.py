"""The job whose turn it is: how far it is, and how it ends."""

import logging
import time
from pathlib import Path
from threading import Condition

from lofi.audience import Audience
from lofi.errors import AlreadyComplete, GenerationCancelled, LofiError, ModelInferenceFailed
from lofi.jobs.events import Cancelled, Chunked, Completed, Event, Failed, Progressed
from lofi.jobs.growing import Chunk
from lofi.jobs.headstart import HeadStart
from lofi.jobs.job import Job, State
from lofi.jobs.making import Means, make
from lofi.jobs.progress import START, Progress

logger = logging.getLogger(__name__)


class Turn:
    """One job from its beginning to its end, on the runner's thread."""

    def __init__(self, job: Job, means: Means, audience: Audience[Event], lock: Condition) -> None:
        """Begin.

        Args:
            job: whose turn it is.
            means: what it is done with.
            audience: who hears how far it is.
            lock: guards all that follows.
        """
        self.job = job
        self._means = means
        self._audience = audience
        self._lock = lock
        self.state = State.LOADING
        self.progress = START
        self._head_start = self._begun()
        self.given_up = False
        """Whether it was cancelled."""
        self._settled = False
        """Whether it can no longer be cancelled."""

    def give_up(self) -> None:
        """Cancel it; the caller holds the lock, or it might hit the next job.

        Raises:
            AlreadyComplete: its track is being put into the library.
        """
        if self._settled:
            raise AlreadyComplete(f"{self.job.id} is already complete")
        self.given_up = True
        self._means.worker.cancel()

    def ending(self) -> Completed | Failed | Cancelled:
        """Have the track made; how it ended."""
        job = self.job
        try:
            return Completed(job, make(self._means, job, self))
        except GenerationCancelled:
            return Cancelled(job, self.progress)
        except LofiError as error:
            failure = error
        except Exception as error:
            logger.exception("job %s failed", job.id)
            failure = ModelInferenceFailed(f"{type(error).__name__}: {error}")
        # A model may break while it is being interrupted: that is what was asked for.
        return Cancelled(job, self.progress) if self.given_up else Failed(job, failure)

    def progressed(self, state: State, progress: Progress) -> None:
        """It is further than before."""
        with self._lock:
            self.state, self.progress = state, progress
            given_up = self.given_up
        if progress is START:
            self._head_start = self._begun()
        if given_up:  # said before the worker had the order: say it again
            self._means.worker.cancel()
        self._audience.tell(Progressed(self.job, state, progress))

    def grown(self, path: Path, chunk: Chunk) -> None:
        """More of it can be heard."""
        now = time.monotonic()
        self._head_start.take(now, chunk.frames / chunk.sample_rate)
        starts_in = self._head_start.starts_in(now)
        self._audience.tell(
            Chunked(self.job, str(path), chunk.frames, chunk.sample_rate, starts_in)
        )

    def settle(self) -> None:
        """The point of no return: from here on the job becomes a track.

        Raises:
            GenerationCancelled: it was given up before.
        """
        with self._lock:
            if self.given_up:
                raise GenerationCancelled("given up")
            self._settled = True

    def _begun(self) -> HeadStart:
        return HeadStart(self.job.request.seconds, time.monotonic())
