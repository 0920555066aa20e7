"""What every backend is, and what it promises; shared by all and knowing none of them."""

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from pydantic import ValidationError

from lofi.device import Grant, Placement
from lofi.errors import BY_NAME, InvalidParams
from lofi.track import Audio, Options, Request, Take


class Step(NamedTuple):
    """One unit of work is done; whoever drives the model turns these into percent and ETA."""

    done: int
    total: int
    audio: Audio | None = None
    """What became final with this step. Joined, these pieces are the take, of which they may be
    all or the beginning; a backend that shapes a piece as a whole gives none."""


class Model(Protocol):
    """A backend with its weights in memory. Used by one thread at a time."""

    grant: Grant
    """What it computes on, as found out when it was loaded."""

    def generate(self, request: Request) -> Generator[Step, None, Take]:
        """Compute one track, yielding after each unit of work; ``close()`` on it cancels.

        Steps count up by one from 1 to a total that does not change.
        """
        ...

    def interrupt(self) -> None:
        """End the native call now running; safe from any thread, and the model stays usable."""
        ...

    def close(self) -> None:
        """Give the memory back."""
        ...


class Backend(Protocol):
    """A kind of model: known without loading it, or even importing its runtime."""

    name: str
    title: str
    summary: str
    rank: int
    """``auto`` takes the installed backend of the highest rank."""
    neural: bool
    """Whether it needs weights."""
    sample_rate: int
    seconds: range
    options: type[Options]
    licence: str | None
    """Of the weights, as SPDX calls it; None where there are none."""

    def model_version(self, weights: Path | None, /) -> str:
        """Name of the version that would run; found out without loading it.

        Raises:
            BackendNotInstalled: files are missing; the message names the first.
        """
        ...

    def load(self, weights: Path | None, placement: Placement, /) -> Model:
        """Bring the model into memory.

        Raises:
            BackendNotInstalled: its files are missing.
            ModelLoadFailed: they cannot be used, or the device cannot.
        """
        ...


def options_of(backend: Backend, sent: Mapping[str, object]) -> Options:
    """The backend's options among ``sent``; what only other backends know is passed over.

    Raises:
        LofiError: a value is out of range; a field names its own error by the key ``error`` of
            its JSON schema, the others raise ``InvalidParams``.
    """
    fields = backend.options.model_fields
    try:
        return backend.options.model_validate(
            {name: value for name, value in sent.items() if name in fields}
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        schema = backend.options.model_json_schema()["properties"][name]
        kind = BY_NAME[schema.get("error", InvalidParams.name)]
        rule = fields[name].description
        raise kind(
            f"{name}: {first['input']!r} is not valid", hint=f"use {rule}" if rule else None
        ) from None
