"""Where a model computes: what is asked for and what is got. Knows no runtime."""

from enum import StrEnum
from typing import NamedTuple


class Device(StrEnum):
    """The kinds of processor a user can ask for. ``AUTO`` takes the fastest that is there."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    METAL = "metal"


class Placement(NamedTuple):
    """What of the machine a model may use."""

    device: Device = Device.AUTO
    threads: int | None = None
    """1 to 256; None leaves the number to the runtime."""


class Grant(NamedTuple):
    """What a loaded model really uses."""

    device: Device
    """Never ``AUTO``."""
    reason: str
    """Why this one, for people."""
