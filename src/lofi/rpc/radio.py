"""The methods of the radio and the focus timer: what they take and do."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from lofi.radio.station import Steering
from lofi.rpc import heard
from lofi.rpc.method import Method, Result
from lofi.rpc.params import Nothing, Params

if TYPE_CHECKING:
    from lofi.rpc.desk import Desk

Layer = Literal["drums", "bass", "chords", "pad", "lead", "ambience"]
Minutes = Annotated[float, Field(gt=0, le=24 * 60)]


class Start(Params):
    """What the radio plays."""

    prompt: str | None = Field(None, description="1 to 1000 characters; null: lofi hip hop")
    style: str | None = Field(None, description="a style by its id or name, besides the prompt")
    backend: str | None = Field(None, description="who makes tracks; null: as for `generate`")


class Steer(Params):
    """What shall change; what is absent stays."""

    intensity: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="0 (pads alone) to 1 (the full band)"
    )
    key: str | None = Field(None, description='a note and a mode: "D minor", "F# dorian"')
    bpm: Annotated[float, Field(ge=40, le=180)] | None = Field(None)
    mute: list[Layer] = Field([], description="layers to silence")
    unmute: list[Layer] = Field([], description="layers to be heard again")
    like: Literal["more", "less"] | None = Field(None, description="less goes on to something else")


class Keep(Params):
    """How much to keep."""

    seconds: Annotated[float, Field(ge=1, le=60)] | None = Field(
        None, description="of what was heard last; null: the running track, or 60 of the engine"
    )


class Times(Params):
    """How long to work and to rest."""

    focus_min: Minutes = Field(25.0)
    break_min: Minutes = Field(5.0)


def _start(desk: "Desk", asked: Start, _sent: Result) -> Result:
    """Begin a programme."""
    desk.radio.start(asked.prompt, asked.style, asked.backend)
    return desk.playback()


def _stop(desk: "Desk", _asked: Nothing, _sent: Result) -> Result:
    """End it."""
    desk.radio.stop()
    return desk.playback()


def _steer(desk: "Desk", asked: Steer, _sent: Result) -> Result:
    """Change what it plays."""
    more = None if asked.like is None else asked.like == "more"
    desk.radio.steer(
        Steering(
            key=asked.key,
            bpm=asked.bpm,
            intensity=asked.intensity,
            mute=asked.mute,
            unmute=asked.unmute,
            more=more,
        )
    )
    return desk.playback()


def _keep(desk: "Desk", asked: Keep, _sent: Result) -> Result:
    """Keep what was just heard."""
    entry = desk.radio.keep(asked.seconds)
    reason = "added" if "kept_from" in entry.notes else "favorite"
    desk.wire.announce("library_changed", {"reason": reason, "track_ids": [entry.id]})
    return {"track_id": entry.id, "path": entry.path, "title": entry.recipe.prompt}


def _start_timer(desk: "Desk", asked: Times, _sent: Result) -> Result:
    """Begin to work."""
    desk.timer.start(asked.focus_min, asked.break_min)
    return desk.playback()


def _stop_timer(desk: "Desk", _asked: Nothing, _sent: Result) -> Result:
    """No timer any more."""
    desk.timer.stop()
    return desk.playback()


TABLE: dict[str, Method] = {
    "radio_start": Method(Start, _start, heard.Playback),
    "radio_stop": Method(Nothing, _stop, heard.Playback),
    "radio_steer": Method(Steer, _steer, heard.Playback),
    "keep": Method(Keep, _keep, heard.Kept),
    "timer_start": Method(Times, _start_timer, heard.Playback),
    "timer_stop": Method(Nothing, _stop_timer, heard.Playback),
}
