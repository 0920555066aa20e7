"""The parent's end of the process that computes: start it, order a track, stop it by force.

Knows pipes and processes; not which job is next, nor where tracks are kept.
"""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import JsonValue

from lofi import errors
from lofi.audiofile import Format
from lofi.backends.base import Step
from lofi.device import Device, Grant, Placement
from lofi.errors import GenerationCancelled, LofiError, ModelInferenceFailed
from lofi.jobs.job import State
from lofi.jobs.progress import START, Meter, Progress
from lofi.track import Request

COMMAND = (sys.executable, "-P", "-m", "lofi.jobs.inference")
GRACE_SECONDS = 0.4
"""How long a cancelled order may take to end by itself before the process is killed."""
PATIENCE_SECONDS = 600.0
"""How long one step may take before it counts as hanging."""
GLANCE_SECONDS = 0.05
"""How often a cancellation from another thread is looked for while nothing else happens."""
LONG_GLANCE_SECONDS = 0.5
"""Where a glance took longer, this process was stopped, or starved."""
STDERR = 2

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """One track to make, into a part file."""

    request: Request
    weights: Path | None
    placement: Placement
    part: Path
    format: Format
    tags: Mapping[str, str]


class Recording(NamedTuple):
    """What an order came to; the sound itself is in the part file."""

    frames: int
    sample_rate: int
    notes: Mapping[str, JsonValue]


class InMemory(NamedTuple):
    """A model that is loaded."""

    backend: str
    grant: Grant


class Stage(Enum):
    """What the process does when it is not counting steps."""

    LOADING = "loading"
    """The model is on its way into memory."""
    COMPUTING = "computing"
    """The model is there; the first step has begun."""


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
        self._process: _Process | None = None
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

    def run(self, order: Order) -> Generator[Stage | Step, None, Recording]:
        """Have a track made. However it ends but well, the part file is gone afterwards.

        Raises:
            LofiError: as the model raised it.
            GenerationCancelled: ``cancel`` was called, or ``close`` before.
            ModelInferenceFailed: the process crashed, was killed, or hung and was ended.
        """
        ended = False
        try:
            process = self._begin(order)
            for message in self._messages(process):
                ended = message["event"] in {"done", "failed"}
                match message:
                    case {"event": "loading"}:
                        self._in_memory = None
                        yield Stage.LOADING
                    case {"event": "loaded", "device": device, "reason": reason}:
                        grant = Grant(Device(device), reason)
                        self._in_memory = InMemory(order.request.backend, grant)
                        yield Stage.COMPUTING
                    case {"event": "step", "done": done, "total": total}:
                        yield Step(done, total)
                    case {"event": "done", "frames": frames, "sample_rate": rate, "notes": notes}:
                        return Recording(frames, rate, notes)
                    case _:
                        raise _failure(message)
            raise self._loss(process)
        except BaseException:
            if not ended:
                self.kill()
            order.part.unlink(missing_ok=True)
            raise

    def record(self, order: Order, tell: Callable[[State, Progress], None]) -> Recording:
        """``run`` to its end, telling how far it is; an exception from ``tell`` gives it up."""
        work = self.run(order)
        meter = Meter()
        try:
            while True:
                step = next(work)
                if isinstance(step, Step):
                    tell(State.GENERATING, meter.read(step))
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

    def _begin(self, order: Order) -> "_Process":
        wanted = _order(order)
        model = wanted["model"]
        if self._process is not None and self._process.model != model:
            self.kill()
        with self._lock:
            if self._closed:
                raise GenerationCancelled("no more orders are taken")
            if self._process is None or not self._process.alive:
                self._process = _Process(self._command, model)
            self._cancelled_at = None
            self._process.send(wanted)
            return self._process

    def _messages(self, process: "_Process") -> Generator[Message, None, None]:
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

    def _loss(self, process: "_Process") -> LofiError:
        if self._cancelled_at is not None:
            return GenerationCancelled("given up")
        return ModelInferenceFailed(f"the inference process {process.epitaph()}")


class _Process:
    """One inference process and the two pipes to it."""

    def __init__(self, command: Sequence[str], model: Message) -> None:
        self.model = model
        """What it has loaded, or will by the first order."""
        self._held: set[int] = set()
        inherited: list[int] = []
        try:
            orders, self._orders = os.pipe()
            self._held.add(self._orders)
            inherited.append(orders)
            self._events, events = os.pipe()
            self._held.add(self._events)
            inherited.append(events)
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [*command[:-1], str(orders), str(events), command[-1]],
                stdin=subprocess.DEVNULL,
                stdout=STDERR,
                pass_fds=(orders, events),
                process_group=0,  # a terminal's Ctrl-C is the parent's to handle
            )
        finally:
            for descriptor in inherited:
                os.close(descriptor)
        self._buffer = bytearray()
        self.open = True
        """Whether more may come; once it ended, what it said last has been received."""

    @property
    def alive(self) -> bool:
        return self.open and self._process.poll() is None

    def send(self, message: Message) -> None:
        """Say something; a process that is gone is noticed by ``receive``."""
        rest = json.dumps(message).encode() + b"\n"
        with suppress(BrokenPipeError):
            while rest:
                rest = rest[os.write(self._orders, rest) :]

    def receive(self, timeout: float) -> Message | None:
        """The next message, or None if none comes within ``timeout`` seconds."""
        while b"\n" not in self._buffer:
            ended = self._process.poll() is not None  # what it left behind may hold the pipe open
            if not self.open or not self._readable(0 if ended else timeout):
                self._hear(self.open and not ended)
                return None
            chunk = os.read(self._events, 65_536)
            self._hear(bool(chunk))
            self._buffer += chunk
        line, _, rest = self._buffer.partition(b"\n")
        self._buffer = rest
        message: Message = json.loads(line)
        return message

    def _hear(self, more: bool) -> None:
        self.open = more
        if not more:
            self._let_go(self._events)

    def hush(self) -> None:
        """It is dead, and nobody will speak to it again."""
        self._let_go(self._orders)

    def _let_go(self, descriptor: int) -> None:
        """Close it, but once: its number may soon be another file's."""
        if descriptor in self._held:
            self._held.remove(descriptor)
            os.close(descriptor)

    def _readable(self, timeout: float) -> bool:
        poll = select.poll()  # select cannot watch descriptors beyond 1023
        poll.register(self._events, select.POLLIN)
        return bool(poll.poll(timeout * 1000))

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def epitaph(self) -> str:
        """How it ended, for people."""
        code = self._process.wait()
        if code == -signal.SIGKILL:
            return "was killed, most likely because memory ran out"
        if code < 0:
            return f"crashed ({signal.Signals(-code).name})"
        return f"ended unexpectedly (exit code {code})"

    def __del__(self) -> None:  # what nobody heard to the end
        for descriptor in tuple(self._held):
            self._let_go(descriptor)


def _order(order: Order) -> Message:
    request = asdict(order.request)
    request["options"] = order.request.options.model_dump(mode="json")
    return {
        "model": {
            "backend": order.request.backend,
            "weights": str(order.weights) if order.weights else None,
            "device": order.placement.device,
            "threads": order.placement.threads,
        },
        "request": request,
        "part": str(order.part),
        "format": order.format,
        "tags": dict(order.tags),
    }


def _failure(message: Message) -> LofiError:
    return errors.BY_NAME[message["name"]](message["message"], hint=message["hint"])
