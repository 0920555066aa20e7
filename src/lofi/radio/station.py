"""The radio as others see it: one programme at a time, or none."""

import gc
import threading
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from pydantic import JsonValue

from lofi import catalogue
from lofi.catalogue import Style
from lofi.errors import InvalidParams
from lofi.jobs.events import Event
from lofi.library.entry import Entry
from lofi.playback import events as heard
from lofi.radio.director import Director, Policy
from lofi.radio.keeping import keep_sound
from lofi.radio.piece import LAYERS, Tune
from lofi.radio.studio import Studio, Wish
from lofi.radio.workshop import Workshop
from lofi.track import checked_prompt, drawn_seed

if TYPE_CHECKING:
    from lofi.radio.programme import Programme

PROMPT = "lofi hip hop, chill"
"""What is played when nobody says what."""
KEEP_SECONDS = 60.0
UNSTEERED = 0.5
"""The intensity that is shown where none was asked for."""


class Steering(NamedTuple):
    """What a listener changes; None leaves a thing as it is."""

    key: str | None = None
    bpm: float | None = None
    intensity: float | None = None
    mute: Collection[str] = ()
    unmute: Collection[str] = ()
    more: bool | None = None
    """More, or less, like what is heard."""


class _Show(NamedTuple):
    programme: "Programme"
    prompt: str
    style: Style | None
    seed: int


class Station:
    """At most one programme. Methods may be called from any thread."""

    def __init__(
        self,
        studio: Studio,
        workshop: Callable[[str | None, Style | None], Workshop],
        tell: Callable[[Mapping[str, JsonValue] | None], None],
        policy: Policy | None = None,
    ) -> None:
        """Begin, in silence.

        Args:
            studio: what programmes are made with.
            workshop: what tracks are made with, for the name of a backend and a style; raises
                ``LofiError`` if there is no such backend, or it lacks its model.
            tell: called with how things stand whenever they are not as before.
            policy: how programmes are made.
        """
        self._studio = studio
        self._workshop = workshop
        self._tell = tell
        self._policy = policy
        self._lock = threading.Lock()
        """Guards the change from one show to another."""
        self._settled = False
        self._show: _Show | None = None
        self._told: Mapping[str, JsonValue] | None = None
        self._kept: set[str] = set()
        studio.runner.listen(self._hear)
        studio.player.listen(self._listen)

    @property
    def playing(self) -> bool:
        """Whether there is a programme."""
        show = self._show
        return show is not None and not show.programme.over

    def start(self, prompt: str | None, style: str | None, backend: str | None) -> None:
        """Begin a programme, in place of the one there is; it is heard at once.

        Raises:
            AudioDeviceError: there is nothing to play it with.
            LofiError: the prompt, the style or the backend cannot be used.
        """
        found = None if style is None else catalogue.named(style)
        words = checked_prompt(prompt) if prompt else "" if found else PROMPT
        text = checked_prompt(", ".join(filter(None, ("" if found is None else found.name, words))))
        workshop = self._workshop(backend, found)
        seed = drawn_seed()
        programme = self._kind()(
            self._studio, workshop, Director(text, seed, self._policy), self._changed
        )
        with self._lock:
            before, self._show = self._show, _Show(programme, text, found, seed)
            self._kept = set()
        if before is not None:
            before.programme.close()
        try:
            programme.begin()
        except BaseException:
            programme.close()
            raise
        self._studio.player.resume()  # what was paused before is over
        self._changed()

    def stop(self) -> None:
        """End the programme, and with it the sound."""
        show = self._show
        if show is not None and not show.programme.over:
            show.programme.close()
            self._studio.player.stop()

    def close(self) -> None:
        """End the programme; what it has being made is given up."""
        show = self._show
        if show is not None:
            show.programme.close()

    def steer(self, steering: Steering) -> None:
        """Do what the listener wants.

        Raises:
            InvalidParams: there is no programme, or the key is none.
        """
        programme = self._running().programme
        if steering != Steering(more=steering.more):
            muted = (programme.airing.muted | set(steering.mute)) - set(steering.unmute)
            tune = Tune(key=steering.key, bpm=steering.bpm)
            programme.steer(Wish(tune=tune, intensity=steering.intensity, muted=frozenset(muted)))
        if steering.more is not None:
            programme.like(more=steering.more)

    def keep(self, seconds: float | None) -> Entry:
        """Keep what is heard: a track as a favourite; of the engine, or for so many seconds, the
        sound itself.

        Raises:
            InvalidParams: there is no programme, or nothing was heard yet.
            LofiError: the library cannot keep it.
        """
        show = self._running()
        piece = show.programme.playing
        if seconds is None and piece is not None and piece.track_id is not None:
            entry = self._studio.library.favorite(piece.track_id, True)
        else:
            heard = min(seconds or KEEP_SECONDS, show.programme.age)
            sound = self._studio.player.last(heard)
            seed = show.seed if piece is None else piece.seed
            prompt = show.prompt if piece is None else piece.prompt
            entry = keep_sound(self._studio.library, sound, prompt, seed, _notes(show))
        self._kept.add(entry.id)
        self._changed()
        return entry

    def described(self) -> dict[str, JsonValue] | None:
        """The programme as one JSON object; None if there is none."""
        show = self._show
        if show is None or show.programme.over:
            return None
        director, piece = show.programme.director, show.programme.playing
        if piece is None:
            return None
        tune = _tune(show.programme)
        return {
            "prompt": show.prompt,
            "style": None if show.style is None else show.style.name,
            "source": piece.origin,
            "title": piece.title,
            "track_id": piece.track_id,
            "generating": director.making,
            "next_ready": director.next_ready,
            "intensity": _intensity(show.programme),
            "key": tune.key,
            "bpm": None if tune.bpm is None else round(tune.bpm, 1),
            "layers": {layer: layer not in show.programme.airing.muted for layer in LAYERS},
            "kept": len(self._kept),
        }

    def _kind(self) -> "type[Programme]":
        """What a programme is made of, which brings the engine, and so scipy.

        What is there then is there for good. The collector of garbage would look at all of it
        again and again, and hold up the thread that plays by 50 ms, which can be heard on a busy
        machine: it is told to pass over it, and to wait while it is brought.
        """
        collecting = gc.isenabled()
        gc.disable()
        try:
            from lofi.radio.programme import Programme

            if not self._settled:
                self._settled = True
                gc.freeze()
        finally:
            if collecting:
                gc.enable()
        return Programme

    def _running(self) -> _Show:
        show = self._show
        if show is None or show.programme.over:
            raise InvalidParams("the radio is not on", hint="start it first: radio_start")
        return show

    def _hear(self, event: Event) -> None:
        show = self._show
        if show is not None:
            show.programme.hear(event)

    def _listen(self, event: heard.Event) -> None:
        show = self._show
        if show is not None:
            show.programme.listen(event)

    def _changed(self) -> None:
        """Tell how things stand, if that is news; under no lock, as whoever is told may wait."""
        now = self.described()
        if now != self._told:
            self._told = now
            self._tell(now)


def _notes(show: _Show) -> dict[str, JsonValue]:
    tune = _tune(show.programme)
    style: dict[str, JsonValue] = {"style": show.style.name} if show.style else {}
    return {**style, "key": tune.key, "bpm": tune.bpm, "radio": show.prompt}


def _tune(programme: "Programme") -> Tune:
    """Key and tempo of what is heard."""
    engine, piece = programme.airing.engine_heard, programme.playing
    if engine is not None:
        return engine.tune
    return Tune() if piece is None else piece.tune


def _intensity(programme: "Programme") -> float:
    engine, asked = programme.airing.engine_heard, programme.director.intensity
    if engine is not None:
        return round(engine.recipe.intensity, 3)
    return UNSTEERED if asked is None else asked
