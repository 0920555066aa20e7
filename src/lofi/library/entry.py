"""What the library remembers of a track, as plain values; knows neither files nor SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from lofi.errors import TrackNotFound

if TYPE_CHECKING:  # both bring packages that must not be loaded before the first answer
    from pydantic import JsonValue

    from lofi.track import Request

TRACK_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A request as it is stored: what only its backend understands is plain JSON here."""

    prompt: str
    seconds: int
    seed: int
    backend: str
    model_version: str
    options: Mapping[str, JsonValue] = field(default_factory=dict)

    @classmethod
    def of(cls, request: Request) -> Recipe:
        """The recipe of a request."""
        return cls(
            prompt=request.prompt,
            seconds=request.seconds,
            seed=request.seed,
            backend=request.backend,
            model_version=request.model_version,
            options=request.options.model_dump(mode="json"),
        )

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Undo ``to_json``.

        Raises:
            ValueError: it is nothing that ``to_json`` writes.
        """
        return cls._checked(parsed(text))

    def to_json(self) -> str:
        """One line of ASCII."""
        return json.dumps(asdict(self), allow_nan=False)

    @classmethod
    def from_tags(cls, comment: str, track_id: str) -> Recipe:
        """The recipe that a track carries in its comment.

        Raises:
            ValueError: the comment is not ours, or belongs to another track than ``track_id``.
        """
        tags = parsed(comment)
        if tags.get("track_id", track_id) != track_id:
            raise ValueError("the comment names another track")
        return cls._checked(tags | {"seconds": tags.get("duration_sec")})

    @classmethod
    def _checked(cls, values: Mapping[str, Any]) -> Recipe:
        for name in ("prompt", "backend", "model_version"):
            if not isinstance(values.get(name), str):
                raise ValueError(f"{name} is not text")
            values[name].encode()
        for name, least, most in (("seconds", 1, 2**31), ("seed", 0, 2**64 - 1)):
            if type(values.get(name)) is not int or not least <= values[name] <= most:
                raise ValueError(f"{name} is not a number from {least} to {most}")
        options = values.get("options", {})
        if not isinstance(options, dict):
            raise ValueError("options are not an object")
        names = ("prompt", "seconds", "seed", "backend", "model_version")
        return cls(**{name: values[name] for name in names}, options=options)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTrack:
    """What is known of a track besides its file, when it is given to the library."""

    id: str
    recipe: Recipe
    generation_seconds: float
    notes: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A track in the library."""

    id: str
    path: str
    """Absolute."""
    recipe: Recipe
    frames: int
    sample_rate: int
    """Hz."""
    bytes: int
    """Size of the file."""
    generation_seconds: float
    notes: Mapping[str, JsonValue]
    created: str
    """ISO 8601, UTC: a label, never compared."""
    used: int
    """Grows with every use of any track."""
    plays: int
    favorite: bool

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.frames / self.sample_rate

    def described(self) -> dict[str, JsonValue]:
        """The track as one JSON object, with the field names of the wire contract."""
        return {
            "licence": None,
            **self.notes,
            "track_id": self.id,
            "path": self.path,
            "prompt": self.recipe.prompt,
            "seed": self.recipe.seed,
            "backend": self.recipe.backend,
            "model_version": self.recipe.model_version,
            "duration_sec": round(self.seconds, 3),
            "sample_rate": self.sample_rate,
            "generation_time_sec": round(self.generation_seconds, 3),
            "created_at": self.created,
            "favorite": self.favorite,
            "plays": self.plays,
            "bytes": self.bytes,
        }


def checked_id(text: str) -> str:
    """The id, if it is one; nothing else may become part of a path.

    Raises:
        TrackNotFound: it is not 16 lower-case hexadecimal digits.
    """
    if TRACK_ID.fullmatch(text) is None:
        raise TrackNotFound(f"{text[:40]!r} is not the id of a track")
    return text


def parsed(text: str) -> dict[str, Any]:
    """A JSON object from a text that others may have touched.

    Raises:
        ValueError: it is not one, or holds numbers that JSON has not.
    """
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
