"""The methods about playing: what they take and do."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from lofi.errors import InvalidParams
from lofi.playback import outlet
from lofi.playback.playlist import Loop
from lofi.radio.prefetch import Plan, Strategy
from lofi.rpc import heard, telling
from lofi.rpc.method import Method, Result
from lofi.rpc.params import Id, Nothing, Params, Track, Whole
from lofi.track import checked_prompt

if TYPE_CHECKING:
    from lofi.rpc.desk import Desk

PLAYLIST_MOST = 1000
PRESETS_MOST = 100

Part = Annotated[float, Field(ge=0, le=1)]
Place = Annotated[Whole, Field(ge=0, le=PLAYLIST_MOST)]


class Play(Params):
    """What to play."""

    track_id: Id | None = Field(None, description="one track, in the list or not")
    track_ids: Annotated[list[str], Field(max_length=PLAYLIST_MOST)] | None = Field(
        None, description="tracks that become the list; the first is played"
    )


class Seek(Params):
    """Where to go on."""

    position_sec: Annotated[float, Field(ge=0)] | None = Field(
        None, description="seconds from the beginning"
    )
    offset_sec: float | None = Field(None, description="seconds from here, back if below 0")


class VolumeSet(Params):
    """How loud."""

    level: Part | None = Field(None, description="0 (silence) to 1")
    delta: Annotated[float, Field(ge=-1, le=1)] | None = Field(
        None, description="louder by so much"
    )


class Mute(Params):
    """Silence or not."""

    muted: bool | None = Field(None, description="null: the other of the two")


class Duck(Params):
    """Whether something else is to be heard."""

    active: bool
    level: Part = Field(0.2, description="what is left of the volume")


class DeviceSet(Params):
    """Where it sounds."""

    device: str | None = Field(description="a name of `audio_devices`; null: the system's choice")


class CrossfadeSet(Params):
    """How one track passes over to the next."""

    duration_sec: Annotated[float, Field(ge=0, le=12)] = Field(description="0: without a gap")


class PlaylistAdd(Params):
    """A track for the list."""

    track_id: Id
    position: Place | None = Field(None, description="null: the end")


class PlaylistMove(Params):
    """A track of the list and where it shall stand."""

    track_id: Id
    position: Place


class PlaylistSet(Params):
    """How the list goes on; null leaves it as it is."""

    loop: Literal["off", "all", "one"] | None = Field(None)
    shuffle: bool | None = Field(None)


class PrefetchConfig(Params):
    """What is made ahead of time; what is absent stays."""

    enabled: bool | None = Field(None)
    strategy: Strategy | None = Field(None, strict=False)
    presets: Annotated[list[str], Field(max_length=PRESETS_MOST)] | None = Field(
        None, description="prompts for the other two strategies"
    )
    trigger: Part | None = Field(
        None, description="how much of a track is heard when the next is begun; null: by speed"
    )


def forget(desk: "Desk", track_ids: Iterable[str]) -> None:
    """Tracks are gone from the library, and so from the list."""
    for track_id in track_ids:
        if track_id in desk.player.state.playlist:
            desk.player.lineup.remove(track_id)


def _play(desk: "Desk", asked: Play, _sent: Result) -> Result:
    if asked.track_id is not None and asked.track_ids is not None:
        raise InvalidParams("track_id and track_ids are both given", hint="give one of them")
    if asked.track_ids == []:
        raise InvalidParams("track_ids is empty", hint="give at least one, or leave it out")
    if asked.track_ids is not None:
        desk.player.play_all(asked.track_ids)
    else:
        desk.player.play(asked.track_id)
    return desk.playback()


def _plain(act: "Callable[[Desk], None]") -> "Callable[[Desk, Nothing, Result], Result]":
    """A method that takes nothing and answers with the state."""

    def serve(desk: "Desk", _asked: Nothing, _sent: Result) -> Result:
        act(desk)
        return desk.playback()

    return serve


def _stop(desk: "Desk") -> None:
    desk.prefetch.rest()
    desk.player.stop()


def _seek(desk: "Desk", asked: Seek, _sent: Result) -> Result:
    if (asked.position_sec is None) == (asked.offset_sec is None):
        raise InvalidParams("seek takes position_sec or offset_sec", hint="give one of them")
    desk.player.seek(to=asked.position_sec, by=asked.offset_sec)
    return desk.playback()


def _volume_set(desk: "Desk", asked: VolumeSet, _sent: Result) -> Result:
    if (asked.level is None) == (asked.delta is None):
        raise InvalidParams("volume_set takes level or delta", hint="give one of them")
    now = desk.player.state.volume
    desk.player.set_volume(now + (asked.delta or 0.0) if asked.level is None else asked.level)
    return desk.playback()


def _volume_get(desk: "Desk", _asked: Nothing, _sent: Result) -> Result:
    return telling.volume(desk.player)


def _mute(desk: "Desk", asked: Mute, _sent: Result) -> Result:
    desk.player.mute(asked.muted)
    return desk.playback()


def _duck(desk: "Desk", asked: Duck, _sent: Result) -> Result:
    desk.player.duck(active=asked.active, level=asked.level)
    return desk.playback()


def _devices(desk: "Desk", _asked: Nothing, _sent: Result) -> Result:
    found = outlet.devices(desk.player.ways)
    return {
        "current": desk.player.state.device,
        "available": [device._asdict() for device in found],
    }


def _device_set(desk: "Desk", asked: DeviceSet, _sent: Result) -> Result:
    desk.player.choose_device(asked.device)
    return desk.playback()


def _crossfade_set(desk: "Desk", asked: CrossfadeSet, _sent: Result) -> Result:
    desk.player.set_crossfade(asked.duration_sec)
    return desk.playback()


def _playlist_get(desk: "Desk", _asked: Nothing, _sent: Result) -> Result:
    told = telling.playlist(desk.player)
    ids = told.pop("track_ids")
    return {"tracks": [desk.library.get(key).described() for key in ids], **told}


def _playlist_add(desk: "Desk", asked: PlaylistAdd, _sent: Result) -> Result:
    if len(desk.player.state.playlist) >= PLAYLIST_MOST:
        raise InvalidParams(f"the list holds {PLAYLIST_MOST} tracks", hint="remove some")
    desk.player.lineup.add(asked.track_id, asked.position)
    return desk.playback()


def _playlist_remove(desk: "Desk", asked: Track, _sent: Result) -> Result:
    desk.player.lineup.remove(asked.track_id)
    return desk.playback()


def _playlist_move(desk: "Desk", asked: PlaylistMove, _sent: Result) -> Result:
    desk.player.lineup.move(asked.track_id, asked.position)
    return desk.playback()


def _playlist_set(desk: "Desk", asked: PlaylistSet, _sent: Result) -> Result:
    desk.player.lineup.arrange(None if asked.loop is None else Loop(asked.loop), asked.shuffle)
    return desk.playback()


def _prefetch(desk: "Desk", asked: PrefetchConfig, _sent: Result) -> Result:
    changes = {name: getattr(asked, name) for name in asked.model_fields_set}
    plan = desk.prefetch.plan
    if changes.get("presets") is not None:
        changes["presets"] = tuple(checked_prompt(each) for each in changes["presets"])
    kept = {
        name: value for name, value in changes.items() if value is not None or name == "trigger"
    }
    desk.prefetch.follow(plan._replace(**kept))
    return _plan(desk.prefetch.plan, pending=desk.prefetch.pending)


def _plan(plan: Plan, *, pending: bool) -> Result:
    return {**plan._asdict(), "presets": list(plan.presets), "pending": pending}


TABLE: dict[str, Method] = {
    "play": Method(Play, _play, heard.Playback),
    "pause": Method(Nothing, _plain(lambda desk: desk.player.pause()), heard.Playback),
    "resume": Method(Nothing, _plain(lambda desk: desk.player.resume()), heard.Playback),
    "toggle": Method(Nothing, _plain(lambda desk: desk.player.toggle()), heard.Playback),
    "stop": Method(Nothing, _plain(_stop), heard.Playback),
    "next": Method(Nothing, _plain(lambda desk: desk.player.next()), heard.Playback),
    "skip": Method(Nothing, _plain(lambda desk: desk.player.next()), heard.Playback),
    "previous": Method(Nothing, _plain(lambda desk: desk.player.previous()), heard.Playback),
    "seek": Method(Seek, _seek, heard.Playback),
    "volume_set": Method(VolumeSet, _volume_set, heard.Playback),
    "volume_get": Method(Nothing, _volume_get, heard.Volume),
    "mute": Method(Mute, _mute, heard.Playback),
    "duck": Method(Duck, _duck, heard.Playback),
    "audio_devices": Method(Nothing, _devices, heard.AudioDevices),
    "audio_device_set": Method(DeviceSet, _device_set, heard.Playback),
    "crossfade_set": Method(CrossfadeSet, _crossfade_set, heard.Playback),
    "playback_status": Method(Nothing, _plain(lambda _desk: None), heard.Playback),
    "playlist_get": Method(Nothing, _playlist_get, heard.Playlist),
    "playlist_add": Method(PlaylistAdd, _playlist_add, heard.Playback),
    "playlist_remove": Method(Track, _playlist_remove, heard.Playback),
    "playlist_move": Method(PlaylistMove, _playlist_move, heard.Playback),
    "playlist_clear": Method(
        Nothing, _plain(lambda desk: desk.player.lineup.clear()), heard.Playback
    ),
    "playlist_set": Method(PlaylistSet, _playlist_set, heard.Playback),
    "prefetch_config": Method(PrefetchConfig, _prefetch, heard.Prefetch),
}
