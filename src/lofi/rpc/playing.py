"""The player of a daemon, made of its settings and its library; what it does by itself."""

import logging
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from lofi.backends import registry
from lofi.config import Config
from lofi.errors import InvalidParams
from lofi.jobs.events import Completed, Event
from lofi.jobs.runner import Runner
from lofi.library.entry import Entry
from lofi.library.rows import Query
from lofi.library.shelf import Library
from lofi.playback import outlet
from lofi.playback.outlet import Way
from lofi.playback.piece import Piece
from lofi.playback.player import Player, Setting
from lofi.track import Request, drawn_seed

MEMORY = "player.json"
logger = logging.getLogger(__name__)


def player(config: Config, library: Library, given: Sequence[Way] | None = None) -> Player:
    """The player for a library, by the ways that are given or that the settings name."""
    return Player(
        ways(config) if given is None else given,
        lambda key: piece(library.get(key)),
        lambda: newest(library),
        setting(config),
    )


def setting(config: Config) -> Setting:
    """What a player begins with."""
    return Setting(
        volume=config.volume,
        crossfade=config.crossfade_sec,
        device=config.audio_device,
        memory=config.cache_path / MEMORY,
    )


def newest(library: Library) -> Piece | None:
    """The track that was made last."""
    found = library.page(Query(limit=1)).entries
    return piece(found[0]) if found else None


def ways(config: Config) -> list[Way]:
    """What may play here; a command of the user's own that is none is passed over."""
    try:
        return outlet.ways(config.audio_output, config.player)
    except InvalidParams as error:
        logger.warning("%s (%s); passed over", error.message, error.hint)
        return outlet.ways(config.audio_output)


def piece(entry: Entry) -> Piece:
    """A track of the library as the player knows it."""
    return Piece(entry.id, Path(entry.path), entry.recipe.prompt, entry.described())


def like(config: Config, entry: Entry, prompt: str) -> Request:
    """A request for another track of the kind of this one.

    Raises:
        LofiError: its backend is not there any more.
    """
    backend = registry.get(entry.recipe.backend)
    try:
        options = backend.options.model_validate(dict(entry.recipe.options))
    except ValidationError:  # of another version
        options = backend.options()
    return Request(
        prompt=prompt,
        seconds=entry.recipe.seconds,
        seed=drawn_seed(),
        backend=backend.name,
        model_version=backend.model_version(config.weights(backend.name)),
        options=options,
    )


def autoplay(runner: Runner, player: Player) -> None:
    """Have a finished track played if nothing is, unless it was made for somebody else's plans."""

    def take_up(event: Event) -> None:
        if isinstance(event, Completed) and not event.job.background:
            player.offer(event.entry.id)

    runner.listen(take_up)
