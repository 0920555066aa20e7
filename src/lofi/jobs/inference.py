"""The process that computes: one model in memory, orders in by one pipe, events out by another.

``python -P -m lofi.jobs.inference READ WRITE NICE`` with two inherited descriptors. It knows
neither queue nor library, and leaves at once when its orders end, also while it computes.
"""

import ctypes
import json
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from lofi import audiofile
from lofi.backends import registry
from lofi.backends.base import Model, Step
from lofi.device import Device, Placement
from lofi.errors import GenerationCancelled, LofiError, ModelInferenceFailed, ModelLoadFailed
from lofi.jobs import clip
from lofi.jobs.growing import Chunk, Growing
from lofi.keepsake import Keepsake
from lofi.track import Audio, Request, Take

logger = logging.getLogger(__name__)

Message = dict[str, Any]
ENDED = 0
PR_SET_PDEATHSIG = 1


class Inference:
    """Carries out orders, one at a time, and says how each went."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._wanted: Message = {}
        self._model: Model | None = None
        self.cancelled = threading.Event()
        """Set by the thread that reads orders; the order in hand is given up at its next step."""

    def cancel(self) -> None:
        """Give up the order in hand; safe from any thread."""
        self.cancelled.set()
        model = self._model
        if model is not None:
            model.interrupt()

    def carry_out(self, order: Message) -> None:
        """Load what the order needs, make its track and write it."""
        try:
            request = _request(order["request"])
            path = Path(order["growing"]) if order["growing"] else None
            with closing(Growing(path, self._chunk)) as growing:
                take = self._compute(self._loaded(order["model"]), request, growing)
                check(take.audio)
                growing.finish(take.audio)
            done = _done(take, registry.get(request.backend).licence)
            form = audiofile.Format(order["format"])
            left = None if take.left is None else Keepsake(request.model_version, take.left)
            audiofile.encode(take.audio, Path(order["part"]), form, order["tags"], left)
        except LofiError as error:
            self._fail(error)
        except MemoryError:
            self._fail(ModelInferenceFailed("there is not enough memory for this track"))
        except ImportError as error:  # out of memory, too, or an installation that is broken
            self._fail(ModelLoadFailed(f"a library cannot be loaded: {error}"))
        except Exception as error:
            logger.exception("a model failed")
            self._fail(ModelInferenceFailed(f"the model failed: {type(error).__name__}: {error}"))
        else:
            self._send(done)

    def _loaded(self, wanted: Message) -> Model:
        if self._model is None or self._wanted != wanted:
            self._send({"event": "loading"})
            former, self._model = self._model, None
            if former is not None:
                former.close()
            backend = registry.get(wanted["backend"])
            weights = Path(wanted["weights"]) if wanted["weights"] else None
            placement = Placement(Device(wanted["device"]), wanted["threads"])
            self._model = backend.load(weights, placement)
            self._wanted = wanted
        device, reason = self._model.grant
        self._send({"event": "loaded", "device": device, "reason": reason})
        return self._model

    def _compute(self, model: Model, request: Request, growing: Growing) -> Take:
        work = model.generate(request)
        try:
            while not self.cancelled.is_set():
                step = next(work)
                self._send(_told(step))
                if step.audio is not None:
                    check(step.audio, silence=True)
                    growing.add(step.audio)
        except StopIteration as finished:
            take: Take = finished.value
            return take
        finally:
            work.close()
        raise GenerationCancelled("given up")

    def _chunk(self, chunk: Chunk) -> None:
        self._send({"event": "chunk", "frames": chunk.frames, "sample_rate": chunk.sample_rate})

    def _fail(self, error: LofiError) -> None:
        self._send(
            {
                "event": "failed",
                "name": error.name,
                "message": error.message,
                "hint": error.hint,
            }
        )


def _request(asked: Message) -> Request:
    """What is asked for.

    Raises:
        InvalidParams: a sound it starts from has gone or changed.
    """
    options = registry.get(asked["backend"]).options.model_validate(asked["options"])
    for each in options.clips:
        clip.check(each)
    return Request(**{**asked, "options": options})


def _told(step: Step) -> Message:
    return {"event": "step", "done": step.done, "total": step.total, "share": step.share}


def check(audio: Audio, *, silence: bool = False) -> None:
    """Refuse what is not sound.

    Args:
        audio: a track, or a part of one.
        silence: whether nothing but silence is allowed, as in a part.

    Raises:
        ModelInferenceFailed: there are NaNs or infinities, nothing but silence, or no channels.
    """
    if audio.samples.ndim != 2:
        raise ModelInferenceFailed("the model produced something that is not (channels, frames)")
    if not np.isfinite(audio.samples).all():
        raise ModelInferenceFailed("the model produced values that are not numbers")
    if not silence and not audio.samples.any():
        raise ModelInferenceFailed("the model produced nothing but silence")


def _done(take: Take, licence: str | None) -> Message:
    """What is said of a finished track.

    Raises:
        ModelInferenceFailed: its notes are not JSON.
    """
    notes = dict(take.notes) if licence is None else {**take.notes, "licence": licence}
    try:
        json.dumps(notes, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ModelInferenceFailed(f"the model's notes are not JSON: {error}") from None
    frames = take.audio.samples.shape[1]
    rate = take.audio.sample_rate
    return {"event": "done", "frames": frames, "sample_rate": rate, "notes": notes}


def main(argv: list[str]) -> None:
    """Serve orders until their pipe closes."""
    incoming, outgoing, nice = (int(word) for word in argv)
    for descriptor in (incoming, outgoing):
        os.set_inheritable(descriptor, False)  # what a backend starts must not hold them open
    _settle_in(nice)
    orders: queue.SimpleQueue[Message] = queue.SimpleQueue()
    events = os.fdopen(outgoing, "wb", buffering=0)
    inference = Inference(lambda message: _write(events, message))
    reader = threading.Thread(
        target=_read, args=(os.fdopen(incoming, "rb"), orders, inference), daemon=True
    )
    reader.start()
    while True:
        inference.carry_out(orders.get())


def _settle_in(nice: int) -> None:
    """Step behind the editor, and die with the parent even if a native call never returns."""
    os.nice(nice)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the parent, which ends us its way
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    if sys.platform == "linux":
        with suppress(OSError):  # when memory runs out, lose the job and not the daemon
            Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
        parent = os.getppid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(ENDED)


def _read(pipe: BinaryIO, orders: "queue.SimpleQueue[Message]", inference: Inference) -> None:
    try:
        for line in pipe:
            message = json.loads(line)
            if message.get("cancel"):
                inference.cancel()
            else:
                inference.cancelled.clear()
                orders.put(message)
    finally:  # with nobody to hear a cancellation, or the end, there must be no process
        os._exit(ENDED)


def _write(pipe: BinaryIO, message: Message) -> None:
    try:
        pipe.write(json.dumps(message).encode() + b"\n")
    except OSError:
        os._exit(ENDED)


if __name__ == "__main__":
    main(sys.argv[1:])
