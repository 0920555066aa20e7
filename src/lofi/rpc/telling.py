"""The player in words of the protocol: as objects that methods answer, and as notifications."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lofi.library.shelf import Library
from lofi.playback import events
from lofi.playback.deck import BLOCK
from lofi.playback.events import Event
from lofi.playback.player import Player
from lofi.playback.state import Doing, State
from lofi.rpc.wire import Wire
from lofi.sound.pcm import SAMPLE_RATE

Result = dict[str, Any]

STATES: dict[type[Event], str] = {
    events.Started: "playback_started",
    events.Paused: "playback_paused",
    events.Resumed: "playback_resumed",
}
"""What is told with all of the state."""


def described(player: Player, radio: Result | None, timer: Result | None) -> Result:
    """The player with what is around it."""
    state = player.state
    return {
        "state": state.doing,
        "source": _source(state),
        "track": dict(state.piece.track) if state.piece and state.piece.track else None,
        "title": state.title,
        "duration_sec": None if state.duration is None else round(state.duration, 3),
        "position": {
            "position": round(state.position, 3),
            "at": round(datetime.now(UTC).timestamp(), 3),
            "playing": state.doing is Doing.PLAYING,
        },
        "volume": state.volume,
        "muted": state.muted,
        "output": state.output,
        "device": state.device,
        "problem": state.problem._asdict() if state.problem else None,
        "playlist_length": len(state.playlist),
        "playlist_index": state.index,
        "loop": state.loop,
        "shuffle": state.shuffle,
        "crossfade_sec": state.crossfade,
        "radio": radio,
        "timer": timer,
    }


def _source(state: State) -> str | None:
    if state.doing is Doing.STOPPED:
        return None
    return "radio" if state.on_air else "track"


def summary(player: Player) -> Result:
    """The same in short, and how well mixing keeps up."""
    state = player.state
    return {
        "state": state.doing,
        "output": state.output,
        "mixed_sec": round(state.health.mixed * BLOCK / SAMPLE_RATE, 2),
        "underruns": state.health.underruns,
        "missing_ms": round(1000 * state.health.missing / SAMPLE_RATE),
        "late_blocks": state.health.late,
        "slowest_block_ms": round(1000 * state.health.slowest, 1),
    }


def volume(player: Player) -> Result:
    """How loud it is."""
    state = player.state
    return {"volume": state.volume, "muted": state.muted}


def playlist(player: Player) -> Result:
    """The list by ids."""
    state = player.state
    return {
        "track_ids": list(state.playlist),
        "index": state.index,
        "loop": state.loop,
        "shuffle": state.shuffle,
    }


class Teller:
    """Turns the player's events into notifications."""

    def __init__(
        self, wire: Wire, player: Player, library: Library, describe: Callable[[], Result]
    ) -> None:
        self._wire, self._player, self._library = wire, player, library
        self._describe = describe

    def hear(self, event: Event) -> None:
        """Tell of one event."""
        wire = self._wire
        if type(event) in STATES:
            wire.announce(STATES[type(event)], self._describe())
        match event:
            case events.Started(piece, _) if piece is not None:
                self._library.played(piece.key)
            case events.Ended(piece, _, reason, message):
                track_id = piece.key if piece is not None else None
                ended = {"track_id": track_id, "reason": reason, "message": message}
                wire.announce("playback_ended", ended)
            case events.VolumeChanged():
                wire.announce_state("volume_changed", lambda: volume(self._player))
            case events.PlaylistChanged():
                wire.announce_state("playlist_changed", lambda: playlist(self._player))
            case events.Changed():
                wire.announce_state("playback_changed", self._describe)
