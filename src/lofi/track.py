"""What is asked for and what comes of it, as plain values: no files, no clocks, no models."""

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    JsonValue,
    field_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from lofi import __version__
from lofi.errors import InvalidParams, InvalidPrompt

PROMPT_LIMIT = 1000
SEED_LIMIT = 2**64


class Options(BaseModel):
    """What only one backend understands; each backend declares a child with bounds in the types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        """Take 30.0 for 30: a client may know only one kind of number."""
        return int(value) if isinstance(value, float) and value.is_integer() else value

    @property
    def clips(self) -> "tuple[Clip, ...]":
        """The sounds that are not ours."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(value for value in values if isinstance(value, Clip))

    def public(self) -> dict[str, JsonValue]:
        """The options as JSON for anyone to see: of a clip, which sound, and not where it lay."""
        return self.model_dump(mode="json") | {
            name: str(getattr(self, name))
            for name in type(self).model_fields
            if isinstance(getattr(self, name), Clip)
        }

    def canonical(self) -> tuple[str, ...]:
        """Every option that differs from its default, as ``name=value``, in order of name.

        A clip is its content: where its file lies does not matter.
        """
        changed = self.model_dump(exclude_defaults=True)
        return tuple(
            f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
            for name, value in sorted((name, getattr(self, name)) for name in changed)
        )


class Clip(BaseModel):
    """An existing piece of sound that a track starts from, as the value of an option.

    The command line names a file, a client a track of the library; nobody sends a clip.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    path: str
    """Absolute."""
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    """Of the file's bytes: which sound it is, wherever it lies."""

    def __str__(self) -> str:
        return self.sha256

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "format": "track_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything that decides how a track sounds; two equal requests are one track."""

    prompt: str
    seconds: int
    seed: int
    backend: str
    model_version: str
    options: Options = field(default_factory=Options)

    @property
    def track_id(self) -> str:
        """Sixteen hex digits that name this request: SHA-256 of its canonical text, cut."""
        parts = (
            self.backend,
            unicodedata.normalize("NFC", self.prompt),
            str(self.seed),
            str(self.seconds),
            self.model_version,
            *self.options.canonical(),
        )
        return hashlib.sha256(":".join(parts).encode()).hexdigest()[:16]

    def tags(self, licence: str | None) -> dict[str, str]:
        """What a file of this track says about itself, under the names audio files use.

        Args:
            licence: of the weights that make it, if there are any.
        """
        origin = {
            "prompt": self.prompt,
            "seed": self.seed,
            "duration_sec": self.seconds,
            "backend": self.backend,
            "model_version": self.model_version,
            "options": self.options.public(),
            "licence": licence,
            "track_id": self.track_id,
            "lofi": __version__,
        }
        tags = {
            "title": self.prompt,
            "artist": "lofi",
            "software": f"lofi {__version__}",
            "comment": json.dumps(origin, ensure_ascii=False),
        }
        return tags if licence is None else tags | {"copyright": f"model weights: {licence}"}


@dataclass(frozen=True, slots=True)
class Audio:
    """Sound in memory."""

    samples: NDArray[np.float32]
    """Shape (channels, frames), in [-1, 1]."""
    sample_rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        frames: int = self.samples.shape[1]
        return frames / self.sample_rate


@dataclass(frozen=True, slots=True)
class Take:
    """What a model hands over: the sound, and what it wants the listener to know about it.

    The note ``licence`` is reserved for that of its weights, which is added to every track.
    """

    audio: Audio
    notes: Mapping[str, JsonValue] = field(default_factory=dict)
    left: bytes | None = None
    """What the model can go on from without loss, in a form of its own; kept in a WAV file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A take that is on disk."""

    request: Request
    path: str
    seconds: float
    sample_rate: int
    generation_seconds: float
    notes: Mapping[str, JsonValue]

    def described(self) -> dict[str, JsonValue]:
        """The track as one JSON object, with the field names of the wire contract."""
        return {
            "track_id": self.request.track_id,
            "path": self.path,
            "prompt": self.request.prompt,
            "seed": self.request.seed,
            "backend": self.request.backend,
            "model_version": self.request.model_version,
            "duration_sec": round(self.seconds, 3),
            "sample_rate": self.sample_rate,
            "generation_time_sec": round(self.generation_seconds, 3),
            "licence": None,
            **self.notes,
        }


def checked_prompt(text: str) -> str:
    """The prompt without surrounding white space.

    Raises:
        InvalidPrompt: it is empty, longer than 1000 code points, or holds a control character.
    """
    prompt = text.strip()
    if not prompt:
        raise InvalidPrompt("the prompt is empty")
    if len(prompt) > PROMPT_LIMIT:
        raise InvalidPrompt(
            f"the prompt has {len(prompt)} characters, {PROMPT_LIMIT} are allowed",
            hint=f"shorten it to {PROMPT_LIMIT} characters",
        )
    for position, character in enumerate(prompt, start=1):
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise InvalidPrompt(
                f"control character U+{ord(character):04X} in the prompt at position {position}",
                hint="use one line of plain text",
            )
    return prompt


def drawn_seed() -> int:
    """A seed nobody chose, small enough to survive any reader of JSON."""
    return secrets.randbelow(2**32)


def checked_seed(seed: int) -> int:
    """The seed, which must fit 64 bits without a sign.

    Raises:
        InvalidParams: it does not.
    """
    if not 0 <= seed < SEED_LIMIT:
        raise InvalidParams(
            f"the seed {seed} is out of range", hint="use a whole number from 0 to 2^64 - 1"
        )
    return seed
