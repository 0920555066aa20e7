"""What each method takes and gives, as types; the protocol's documentation is made from them."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from lofi.audiofile import Format
from lofi.jobs.job import Priority
from lofi.track import SEED_LIMIT


def _whole(value: object) -> object:
    """Take 30.0 for 30: a client may know only one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]
Id = Annotated[str, Field(description="a track's id: 16 hexadecimal digits")]


class Params(BaseModel):
    """Members of other methods or backends are ignored, wrong types are not."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)


class Nothing(Params):
    """No parameters."""


class Initialize(Params):
    """Who the client is."""

    plugin_version: str | None = Field(None, description="the client's own version")
    protocol: Whole | None = Field(None, description="the protocol it speaks")


class Generate(Params):
    """A track to make. Options of the chosen backend stand beside these, by their own names."""

    prompt: str = Field(description="1 to 1000 characters")
    duration_sec: Whole = Field(30, description="whole seconds, within the backend's range")
    seed: Annotated[Whole, Field(ge=0, lt=SEED_LIMIT)] | None = Field(
        None, description="0 to 2^64 - 1; null draws one below 2^32"
    )
    priority: Priority = Field(Priority.NORMAL, strict=False, description="high goes first")
    backend: str | None = Field(None, description="a backend's name or auto; null: the default")
    stream: bool = Field(False, description="send `generation_chunk` as sound becomes final")


class Track(Params):
    """One track."""

    track_id: Id


class Move(Params):
    """A waiting job and where it shall stand."""

    track_id: Id
    position: Whole = Field(description="number of jobs ahead of it, the running one included")


class Favorite(Params):
    """A track and whether it is a favourite."""

    track_id: Id
    favorite: bool = Field(True, description="favourites are never evicted")


class Export(Params):
    """A track to put into the export folder."""

    track_id: Id
    format: Format = Field(Format.WAV, strict=False, description="wav, flac, ogg or mp3")


class Listing(Params):
    """Which tracks, and in which order."""

    query: str | None = Field(None, description="words that the prompt must hold")
    backend: str | None = Field(None, description="only tracks of this backend")
    style: str | None = Field(None, description="only tracks in this style")
    favorite: bool | None = Field(None, description="only favourites, or only others")
    sort: Literal["created", "used", "duration", "prompt"] = Field("created")
    order: Literal["asc", "desc"] = Field("desc")
    limit: Annotated[Whole, Field(ge=1, le=1000)] = Field(100)
    offset: Annotated[Whole, Field(ge=0, le=2**31)] = Field(0)


class Clear(Params):
    """What to remove."""

    keep_favorites: bool = Field(True)
