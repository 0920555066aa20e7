"""What methods and notifications of the player and the radio carry, as types."""

from typing import Annotated, Literal

from pydantic import Field

from lofi.rpc.results import Count, Id, Seconds, Shape, Track

Level = Annotated[float, Field(ge=0, le=1)]
Loop = Literal["off", "all", "one"]


class Position(Shape):
    """Where playing is; whoever shows it counts on by itself."""

    position: Seconds = Field(description="seconds from the beginning")
    at: float = Field(description="when it was there, in seconds since 1970")
    playing: bool = Field(description="whether it moves")


class Problem(Shape):
    """Why nothing is heard."""

    message: str
    recovery: str


class Radio(Shape):
    """The radio."""

    prompt: str
    style: str | None
    source: Literal["engine", "generated", "favourite"] = Field(description="of what is heard")
    title: str
    track_id: Id | None = Field(description="null while the engine plays")
    generating: bool
    next_ready: bool = Field(description="whether a track waits for its turn")
    intensity: Level
    key: str | None
    bpm: float | None
    layers: dict[str, bool] = Field(description="by name, whether it is heard")
    kept: Count


class Timer(Shape):
    """The focus timer."""

    phase: Literal["focus", "break"]
    remaining_sec: Seconds
    at: float = Field(description="when so much remained, in seconds since 1970")
    focus_min: float
    break_min: float
    round: int = Field(ge=1)


class Playback(Shape):
    """The player at one moment."""

    state: Literal["stopped", "playing", "paused"]
    source: Literal["track", "radio"] | None
    track: Track | None = Field(description="the one that plays, if it is in the library")
    title: str | None
    duration_sec: Seconds | None = Field(description="null if it has no end")
    position: Position
    volume: Level
    muted: bool
    output: str = Field(description="what plays, or would: miniaudio, a program, none")
    device: str | None = Field(description="the chosen one; null: the system's choice")
    problem: Problem | None
    playlist_length: Count
    playlist_index: Count | None
    loop: Loop
    shuffle: bool
    crossfade_sec: Seconds
    radio: Radio | None
    timer: Timer | None


class Volume(Shape):
    """How loud it is."""

    volume: Level
    muted: bool


class AudioDevice(Shape):
    """Something that sounds."""

    name: str
    is_default: bool
    sample_rate: int | None


class AudioDevices(Shape):
    """What sound can come out of."""

    current: str | None = Field(description="the chosen one; null: the system's choice")
    available: list[AudioDevice]


class Playlist(Shape):
    """The list."""

    tracks: list[Track]
    index: Count | None = Field(description="of the one that plays or played last")
    loop: Loop
    shuffle: bool


class PlaylistIds(Shape):
    """The list, by ids."""

    track_ids: list[Id]
    index: Count | None
    loop: Loop
    shuffle: bool


class Prefetch(Shape):
    """What is made ahead of time."""

    enabled: bool
    strategy: Literal["same_prompt", "preset_cycle", "random_preset"]
    presets: list[str]
    trigger: Level | None = Field(description="null: by the measured speed")
    pending: bool = Field(description="whether a track is being made ahead of time")


class Kept(Shape):
    """What is kept now."""

    track_id: Id
    path: str = Field(description="absolute, of a WAV file")
    title: str


class PlaybackEnd(Shape):
    """Something is heard no more."""

    track_id: Id | None
    reason: Literal["finished", "skipped", "stopped", "error"]
    message: str | None


class RadioChange(Shape):
    """The radio is not as it was."""

    radio: Radio | None


class TimerChange(Shape):
    """The timer is not as it was."""

    timer: Timer | None


NOTIFICATIONS: dict[str, type[Shape]] = {
    "playback_started": Playback,
    "playback_paused": Playback,
    "playback_resumed": Playback,
    "playback_ended": PlaybackEnd,
    "playback_changed": Playback,
    "volume_changed": Volume,
    "playlist_changed": PlaylistIds,
    "radio_changed": RadioChange,
    "timer_changed": TimerChange,
}
