"""What the two ends of the computing process say to each other, as values and as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from pydantic import JsonValue

from lofi import errors
from lofi.audiofile import Format
from lofi.backends.base import Step
from lofi.device import Device, Grant, Placement
from lofi.errors import LofiError
from lofi.jobs.growing import Chunk
from lofi.jobs.process import Message
from lofi.track import Request


@dataclass(frozen=True, slots=True)
class Order:
    """One track to make, into a part file."""

    request: Request
    weights: Path | None
    placement: Placement
    part: Path
    format: Format
    tags: Mapping[str, str]
    growing: Path | None = None
    """A WAV file that can be heard meanwhile, and is the whole track at the end."""

    @property
    def files(self) -> tuple[Path, ...]:
        """All that it leaves if it goes well."""
        return (self.part,) if self.growing is None else (self.part, self.growing)

    def message(self) -> Message:
        """The order as it is sent."""
        request = asdict(self.request)
        request["options"] = self.request.options.model_dump(mode="json")
        return {
            "model": {
                "backend": self.request.backend,
                "weights": str(self.weights) if self.weights else None,
                "device": self.placement.device,
                "threads": self.placement.threads,
            },
            "request": request,
            "part": str(self.part),
            "format": self.format,
            "tags": dict(self.tags),
            "growing": str(self.growing) if self.growing else None,
        }


class Stage(Enum):
    """What the process does when it is not counting steps."""

    LOADING = "loading"
    """The model is on its way into memory."""
    COMPUTING = "computing"
    """The model is there; the first step has begun."""


class Recording(NamedTuple):
    """What an order came to; the sound itself is in the part file."""

    frames: int
    sample_rate: int
    notes: Mapping[str, JsonValue]


def ends(message: Message) -> bool:
    """Whether nothing more is said of this order."""
    return message["event"] in {"done", "failed"}


def heard(message: Message) -> Stage | Grant | Step | Chunk | Recording:
    """What a message of the process says; a grant is that the model is loaded.

    Raises:
        LofiError: that the order failed.
    """
    match message:
        case {"event": "loading"}:
            return Stage.LOADING
        case {"event": "loaded", "device": device, "reason": reason}:
            return Grant(Device(device), reason)
        case {"event": "step", "done": done, "total": total, "share": share}:
            return Step(done, total, share=share)
        case {"event": "chunk", "frames": frames, "sample_rate": rate}:
            return Chunk(frames, rate)
        case {"event": "done", "frames": frames, "sample_rate": rate, "notes": notes}:
            return Recording(frames, rate, notes)
    raise _failure(message)


def _failure(message: Message) -> LofiError:
    return errors.BY_NAME[message["name"]](message["message"], hint=message["hint"])
