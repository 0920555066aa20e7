"""The parent's end of the process that computes: start it, order a track, stop it by force.

Knows what the process says and means; not which job is next, nor where tracks are kept.
"""

import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple

from lofi.backends.base import Step
from lofi.device import Grant
from lofi.errors import GenerationCancelled, LofiError, ModelInferenceFailed
from lofi.jobs.growing import Chunk
from lofi.jobs.job import State
from lofi.jobs.order import Order, Recording, Stage, ends, heard
from lofi.jobs.process import Message, Process
from lofi.jobs.progress import START, Meter, Progress

COMMAND = (sys.executable, "-P", "-m", "lofi.jobs.inference")
GRACE_SECONDS = 0.4
"""How long a cancelled order may take to end by itself before the process is killed."""
PATIENCE_SECONDS = 600.0
"""How long one step may take before it counts as hanging."""
GLANCE_SECONDS = 0.05
"""How often a cancellation from another thread is looked for while nothing else happens."""
LONG_GLANCE_SECONDS = 0.5
"""Where a glance took longer, this process was stopped, or starved."""


class InMemory(NamedTuple):
    """A model that is loaded."""

    backend: str
    grant: Grant


class Worker:
    """At most one process with at most one model in it, started by the first order.

    An order for another model ends the process first: only so does all memory return. ``run``
    belongs to one thread, with which the process ends; the others may be called from any.
    """

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        *,
        nice: int = 0,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._command = (*command, str(nice))
        self._patience = patience
        self._process: Process | None = None
        self._cancelled_at: float | None = None
        self._closed = False
        self._in_memory: InMemory | None = None
        self._lock = threading.Lock()
        """Guards the process, and what other threads want of it."""

    @property
    def in_memory(self) -> InMemory | None:
        """The model that is loaded."""
        return self._in_memory if self.warm else None

    @property
    def warm(self) -> bool:
        """Whether a process, and with it most likely a model, is in memory."""
        process = self._process
        return process is not None and process.alive

    def run(self, order: Order) -> Generator[Stage | Step | Chunk, None, Recording]:
        """Have a track made. However it ends but well, its files are gone afterwards.

        Raises:
            LofiError: as the model raised it.
            GenerationCancelled: ``cancel`` was called, or ``close`` before.
            ModelInferenceFailed: the process crashed, was killed, or hung and was ended.
        """
        ended = False
        try:
            process = self._begin(order)
            for message in self._messages(process):
                ended = ends(message)
                said = heard(message)
                match said:
                    case Recording():
                        return said
                    case Grant():
                        self._in_memory = InMemory(order.request.backend, said)
                        yield Stage.COMPUTING
                    case _:
                        if said is Stage.LOADING:
                            self._in_memory = None
                        yield said
            raise self._loss(process)
        except BaseException:
            if not ended:
                self.kill()
            for path in order.files:
                path.unlink(missing_ok=True)
            raise

    def record(
        self,
        order: Order,
        tell: Callable[[State, Progress], None],
        grown: Callable[[Chunk], None] = lambda _chunk: None,
    ) -> Recording:
        """``run`` to its end, telling how far it is and how much of it can be heard.

        An exception from ``tell`` or ``grown`` gives it up.
        """
        work = self.run(order)
        meter = Meter()
        try:
            while True:
                step = next(work)
                if isinstance(step, Step):
                    tell(State.GENERATING, meter.read(step))
                elif isinstance(step, Chunk):
                    grown(step)
                else:
                    meter = Meter()
                    tell(State.LOADING if step is Stage.LOADING else State.GENERATING, START)
        except StopIteration as finished:
            recording: Recording = finished.value
            return recording
        finally:
            work.close()

    def cancel(self) -> None:
        """Ask the order in hand to end; past the grace its process is killed."""
        with self._lock:
            if self._process is not None and self._cancelled_at is None:
                self._cancelled_at = time.monotonic()
                self._process.send({"cancel": True})

    def kill(self) -> None:
        """End the process now, whatever it does: its memory returns to the system."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.hush()

    def close(self) -> None:
        """End the process now, and start no other."""
        with self._lock:
            self._closed = True
        self.kill()

    def _begin(self, order: Order) -> Process:
        wanted = order.message()
        model = wanted["model"]
        if self._process is not None and self._process.model != model:
            self.kill()
        with self._lock:
            if self._closed:
                raise GenerationCancelled("no more orders are taken")
            if self._process is None or not self._process.alive:
                self._process = Process(self._command, model)
            self._cancelled_at = None
            self._process.send(wanted)
            return self._process

    def _messages(self, process: Process) -> Generator[Message, None, None]:
        """What the process says, until it ends or has to be ended."""
        looked, silence = time.monotonic(), 0.0
        while True:
            message = process.receive(GLANCE_SECONDS)
            now = time.monotonic()
            # Time that passed while this process was suspended is not the model's.
            silence += min(now - looked, LONG_GLANCE_SECONDS)
            looked = now
            if message is not None:
                silence = 0.0
                yield message
            elif not process.open:
                return
            elif silence > self._patience:
                process.kill()
                raise ModelInferenceFailed(
                    f"the model made no progress for {self._patience:g} s and was ended"
                )
            elif self._cancelled_at is not None and now - self._cancelled_at > GRACE_SECONDS:
                process.kill()

    def _loss(self, process: Process) -> LofiError:
        if self._cancelled_at is not None:
            return GenerationCancelled("given up")
        return ModelInferenceFailed(f"the inference process {process.epitaph()}")
