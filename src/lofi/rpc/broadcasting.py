"""The radio and the focus timer of a daemon, and what the client hears of them."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from lofi.backends import registry
from lofi.catalogue import Style
from lofi.config import Config
from lofi.jobs.runner import Runner
from lofi.library.shelf import Library
from lofi.playback.file import FileSource
from lofi.playback.matching import Matching
from lofi.playback.player import Player
from lofi.playback.source import Source
from lofi.radio.focus import Focus
from lofi.radio.station import Station
from lofi.radio.studio import Studio
from lofi.radio.workshop import Workshop
from lofi.rpc.wire import Wire


def station(
    config: Config, library: Library, runner: Runner, player: Player, wire: Wire
) -> Station:
    """The radio; whenever it changes, the client is told."""
    studio = Studio(player, runner, library, partial(_open, library, Matching()))
    made = Station(
        studio,
        partial(_workshop, config),
        lambda _now: wire.announce_state("radio_changed", lambda: {"radio": made.described()}),
    )
    return made


def timer(player: Player, wire: Wire) -> Focus:
    """The focus timer; whenever it turns, the client is told."""
    made = Focus(
        player,
        lambda _now: wire.announce_state("timer_changed", lambda: {"timer": made.described()}),
        date=lambda: round(datetime.now(UTC).timestamp(), 3),
    )
    return made


def _open(library: Library, matching: Matching, track_id: str) -> Source:
    entry = library.get(track_id)
    return FileSource.open(Path(entry.path), entry.recipe.prompt, matching)


def _workshop(config: Config, name: str | None, style: Style | None) -> Workshop:
    choice = registry.choose(
        name or config.default_backend, config.weights, folder=config.model_dir is not None
    )
    version = choice.backend.model_version(config.weights(choice.backend.name))
    return Workshop(choice.backend, version, style)
