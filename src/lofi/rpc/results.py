"""What methods answer and notifications carry, as types: the contract, not how it is fulfilled."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from lofi.device import Device
from lofi.jobs.job import Priority, State

Id = Annotated[str, Field(pattern="^[0-9a-f]{16}$", description="a track's id")]
Percent = Annotated[int, Field(ge=0, le=99)]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]


class Shape(BaseModel):
    """Exactly these members."""

    model_config = ConfigDict(extra="forbid")


class Pong(Shape):
    """The daemon is there."""

    status: Literal["ok"]
    version: str


class Introduction(Shape):
    """Who the daemon is, and whether the client fits."""

    version: str
    protocol: int
    plugin_version: str | None
    compatible: bool
    message: str | None = Field(description="what to do if they do not fit")


class Farewell(Shape):
    """The daemon's last reply."""

    status: Literal["shutting_down"]


class Accepted(Shape):
    """What became of a request."""

    track_id: Id
    status: Literal["queued", "generating", "complete"]
    position: int = Field(ge=0, description="jobs ahead, the running one included")
    seed: int = Field(description="the one sent, or the one drawn")
    backend: str


class GivenUp(Shape):
    """A job will not become a track."""

    cancelled: Literal[True]
    was_generating: bool


class Current(Shape):
    """The running job."""

    track_id: Id
    prompt: str
    state: State
    percent: Percent
    eta_sec: Seconds


class Waiting(Shape):
    """A job that waits."""

    track_id: Id
    prompt: str
    position: Count
    priority: Priority


class Queue(Shape):
    """The queue as it stands."""

    current: Current | None
    pending: list[Waiting]
    capacity: int
    prefetch_pending: bool = Field(description="whether a track is being made ahead of time")


class Cleared(Shape):
    """What is gone."""

    cleared: Count
    track_ids: list[Id]


class Backend(Shape):
    """What can make music."""

    type: str = Field(description="its name in other methods")
    name: str
    summary: str
    status: Literal["not_installed", "downloading", "loading", "ready", "error"]
    error: str | None = Field(description="what it lacks, or null")
    loaded: bool = Field(description="whether its model is in memory")
    min_duration_sec: int
    max_duration_sec: int
    sample_rate: int
    model_version: str | None = Field(description="null if it is not installed")
    licence: str | None = Field(description="of its weights, as SPDX calls it; null without any")
    options: dict[str, JsonValue] = Field(description="JSON schema of its own parameters")


class Backends(Shape):
    """All backends, best first."""

    backends: list[Backend]
    default_backend: str


class Generation(Shape):
    """Whether a track is being made."""

    active: bool
    track_id: Id | None
    percent: Percent | None


class Memory(Shape):
    """What is in memory, and where it computes."""

    backend: str | None
    device_asked: Device
    device: Device | None = Field(description="the one it got; null while nothing is in memory")
    device_reason: str | None
    threads: int | None


class Sounding(Shape):
    """Whether something plays, and how well mixing keeps up."""

    state: Literal["stopped", "playing", "paused"]
    output: str = Field(description="what plays, or would")
    mixed_sec: Seconds = Field(description="of sound, since the daemon began")
    underruns: Count = Field(description="how often the output got less than it asked for")
    missing_ms: Count = Field(description="milliseconds that were silent for it")
    late_blocks: Count = Field(description="blocks that took longer to mix than they last")
    slowest_block_ms: Seconds


class Status(Shape):
    """The daemon in numbers."""

    version: str
    uptime_sec: Seconds
    generation: Generation
    queue_length: Count
    cache_size_mb: float
    library_read_only: str | None = Field(description="why nothing can be kept, or null")
    model: Memory
    playback: Sounding


class Styles(Shape):
    """The styles a prompt can name."""

    styles: list[dict[str, JsonValue]]


class Track(Shape):
    """A finished track. A backend may add members of its own: how it read the prompt, for one."""

    model_config = ConfigDict(extra="allow")

    track_id: Id
    path: str = Field(description="absolute, of a WAV file")
    prompt: str
    seed: int
    backend: str
    model_version: str
    duration_sec: Seconds = Field(description="true length of the file")
    sample_rate: int
    licence: str | None = Field(description="of the weights that made it; null without any")
    generation_time_sec: Seconds = Field(description="0 for a track that was there already")
    created_at: str = Field(description="ISO 8601, UTC")
    favorite: bool
    plays: Count
    bytes: Count


class Tracks(Shape):
    """A page of tracks."""

    tracks: list[Track]
    total: int = Field(description="on all pages")


class Deleted(Shape):
    """A track is gone."""

    deleted: Literal[True]
    track_id: Id


class Exported(Shape):
    """A copy is made."""

    track_id: Id
    path: str


class Limits(Shape):
    """How much may be kept; null is without limit."""

    max_bytes: int | None
    max_tracks: int | None


class Stats(Shape):
    """The library in numbers."""

    count: Count
    bytes: Count
    size_mb: float
    seconds: Seconds
    favorites: Count
    oldest: str | None
    newest: str | None
    by_backend: dict[str, int]
    limits: Limits
    read_only: str | None = Field(description="why nothing can be kept, or null")


class Placed(Shape):
    """A job and its place."""

    track_id: Id
    prompt: str
    duration_sec: int
    seed: int
    backend: str
    priority: Priority
    background: bool = Field(description="whether it is made for the radio, or ahead of time")
    position: Count


class Progress(Shape):
    """How far the running job is."""

    track_id: Id
    state: Literal[State.LOADING, State.GENERATING]
    percent: Percent
    tokens_generated: Count
    tokens_estimated: int = Field(ge=1)
    current_step: int = Field(
        ge=0, description="of the model's own steps; a part of the work that is none adds nothing"
    )
    total_steps: Count
    eta_sec: float = Field(ge=0, description="until the track is there; 0 while it is not known")


class Chunk(Shape):
    """How much of a running job can be heard."""

    track_id: Id
    path: str = Field(description="of a WAV file that grows, and is gone when the job has ended")
    frames: Count = Field(description="from the beginning of the track")
    sample_rate: int
    seconds: Seconds = Field(description="the same in seconds")
    playable: bool = Field(description="whether playing may begin without running dry")
    starts_in_sec: Seconds = Field(
        description="how long to wait until it may, unless told otherwise; 0 when it may"
    )


class Failure(Shape):
    """Why a job failed."""

    track_id: Id
    code: str = Field(description="name of the error")
    message: str
    recovery: str


class Stopped(Shape):
    """Where a job was given up."""

    track_id: Id
    at_step: int = Field(ge=0, description="0 for one that waited")
    total_steps: Count


class LibraryChange(Shape):
    """What happened in the library."""

    reason: Literal["added", "deleted", "favorite", "cleared"]
    track_ids: list[Id]


class Licence(Shape):
    """What one may do with a model."""

    name: str = Field(description="as SPDX calls it")
    url: str
    note: str = Field(description="the terms that matter most, for the user to read")


class Download(Shape):
    """What became of a request for a model."""

    backend: str
    model: str
    status: Literal["started", "already_downloading", "already_installed"]
    started: bool
    already_installed: bool
    files_downloaded: Count = Field(description="files that are there already")
    size_bytes: Count = Field(description="of all files, as far as it is known")
    licence: Licence


class Confirmed(Shape):
    """The user's answer is remembered."""

    accepted: bool = Field(description="what it was")


class CalledOff(Shape):
    """A download was given up."""

    cancelled: bool = Field(description="false if there was none")


class DownloadProgress(Shape):
    """How far a download is."""

    backend: str
    model: str
    phase: Literal["waiting", "asking", "checking", "fetching"]
    component: str = Field(description="the file at hand")
    file_name: str = Field(description="the same")
    component_percent: int = Field(ge=0, le=100)
    overall_percent: int = Field(ge=0, le=100)
    bytes_downloaded: Count = Field(description="of all files")
    bytes_total: Count = Field(description="of all files; an estimate while the hub is asked")
    files_completed: Count
    files_total: int = Field(ge=1)


class DownloadEnd(Shape):
    """A model is installed and verified."""

    backend: str
    model: str
    model_version: str
    files_total: int = Field(ge=1)


class DownloadFailure(Shape):
    """Why a download ended early; what has come stays."""

    backend: str
    model: str
    code: str = Field(description="name of the error")
    message: str
    recovery: str


NOTIFICATIONS: dict[str, type[Shape]] = {
    "generation_queued": Placed,
    "generation_start": Placed,
    "generation_progress": Progress,
    "generation_chunk": Chunk,
    "generation_complete": Track,
    "generation_error": Failure,
    "generation_cancelled": Stopped,
    "queue_changed": Queue,
    "library_changed": LibraryChange,
    "download_progress": DownloadProgress,
    "download_complete": DownloadEnd,
    "download_error": DownloadFailure,
}
LIGHT: dict[str, type[Shape]] = {
    "initialize": Introduction,
    "ping": Pong,
    "shutdown": Farewell,
}
"""Of the methods that the daemon answers before anything slow is imported."""
