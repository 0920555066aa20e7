"""What every backend is, and what it promises; shared by all and knowing none of them."""

from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar, get_args

from pydantic import ValidationError

from lofi.device import Grant, Placement
from lofi.errors import BY_NAME, InvalidDuration, InvalidParams, LofiError
from lofi.track import Audio, Clip, Options, Request, Take

T = TypeVar("T")


class Step(NamedTuple):
    """One unit of work is done; whoever drives the model turns these into percent and ETA."""

    done: int
    total: int
    audio: Audio | None = None
    """What became final with this step. Joined, these pieces are the take, of which they may be
    all or the beginning; a backend that shapes a piece as a whole gives none."""
    share: float | None = None
    """How much of all the work is done, 0 to 1, where it is not the share of the steps. While it
    is 0, all was preparation, whose time tells nothing of the time that is left."""

    @property
    def reached(self) -> float:
        """How much of all the work is done, 0 to 1."""
        return self.done / max(1, self.total) if self.share is None else self.share


class Model(Protocol):
    """A backend with its weights in memory. Used by one thread at a time."""

    grant: Grant
    """What it computes on, as found out when it was loaded."""

    def generate(self, request: Request) -> Generator[Step, None, Take]:
        """Compute one track, yielding after each unit of work; ``close()`` on it cancels.

        Steps never count down, to a total that does not change; what is reached grows from one to
        the next, to 1 with the last. So there may be several for one count, as in a part of the
        work that is no step of the model's own.
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


def options_of(
    backend: Backend, sent: Mapping[str, object], resolve: Callable[[str], Clip]
) -> Options:
    """The backend's options among ``sent``; what only other backends know is passed over.

    Args:
        backend: whose options.
        sent: values as JSON has them.
        resolve: the sound that the value of an option stands for; may raise any ``LofiError``.

    Raises:
        LofiError: a value is out of range; a field names its own error by the key ``error`` of
            its JSON schema, the others raise ``InvalidParams``.
    """
    values = {
        name: _clip(name, value, resolve) if _takes_clip(backend, name) else value
        for name, value in _known(backend, sent).items()
    }
    try:
        return backend.options.model_validate(values)
    except ValidationError as error:
        raise _explained(backend, error) from None


def options_in(
    backend: Backend, words: Mapping[str, str], resolve: Callable[[str], Clip]
) -> Options:
    """The same from words, as a person types them.

    Raises:
        LofiError: as ``options_of``.
    """
    values = {
        name: resolve(word).model_dump() if _takes_clip(backend, name) else word
        for name, word in _known(backend, words).items()
    }
    try:
        return backend.options.model_validate_strings(values, strict=False)
    except ValidationError as error:
        raise _explained(backend, error) from None


def seconds_of(backend: Backend, asked: float | str) -> int:
    """A duration that the backend can make; 30, 30.0 and "30" are the same.

    Raises:
        InvalidDuration: it is no whole number of seconds, or outside the backend's range.
    """
    lowest, highest = backend.seconds[0], backend.seconds[-1]
    try:
        seconds = float(asked)
    except (ValueError, OverflowError):
        seconds = float("nan")
    if seconds.is_integer() and lowest <= seconds <= highest:
        return int(seconds)
    raise InvalidDuration(
        f"the duration {asked!r} is not possible",
        hint=f"{backend.name} makes {lowest} to {highest} whole seconds",
    )


def _known(backend: Backend, sent: Mapping[str, T]) -> dict[str, T]:
    return {name: sent[name] for name in backend.options.model_fields if name in sent}


def _takes_clip(backend: Backend, name: str) -> bool:
    kind = backend.options.model_fields[name].annotation
    return Clip in (kind, *get_args(kind))


def _clip(name: str, value: object, resolve: Callable[[str], Clip]) -> Clip | None:
    """Nothing but ``resolve`` makes a clip: what is sent never becomes a path."""
    if isinstance(value, str):
        return resolve(value)
    if value is not None:
        raise InvalidParams(f"{name}: not a text", hint="give a track's id")
    return None


def _explained(backend: Backend, error: ValidationError) -> LofiError:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "options"
    schema = backend.options.model_json_schema()["properties"].get(name, {})
    rule = schema.get("description")
    kind = BY_NAME[schema.get("error", InvalidParams.name)]
    value = first["input"]
    shown = str(value["path"] if isinstance(value, dict) and "path" in value else value)[:80]
    return kind(f"{name}: {shown!r} is not valid", hint=rule)
