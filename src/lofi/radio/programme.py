"""One programme at work: the director told of what happens, and its decisions carried out."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from lofi.errors import LofiError, QueueFull
from lofi.jobs.events import Event as JobEvent
from lofi.playback import events as heard
from lofi.playback.events import Reason
from lofi.playback.source import Source
from lofi.radio.director import Ask, Decision, Director, GiveUp, Play
from lofi.radio.engine import Engine, fields, recipe_of
from lofi.radio.favourites import Favourites
from lofi.radio.onair import OnAir
from lofi.radio.piece import Piece
from lofi.radio.producer import Producer
from lofi.radio.studio import Studio, Wish
from lofi.radio.variations import Idea
from lofi.radio.workshop import Workshop

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.2
FAVOURITES_SECONDS = 20.0
"""How often favourites are looked for."""


class Programme:
    """From its first sound to its end, which is when something else is played, or nothing."""

    def __init__(
        self, studio: Studio, workshop: Workshop, director: Director, changed: Callable[[], None]
    ) -> None:
        """Prepare it.

        Args:
            studio: what it is made with.
            workshop: what tracks are made with.
            director: who decides.
            changed: called, from any thread, when something is not as it was.
        """
        self.director = director
        self.muted: frozenset[str] = frozenset()
        self._studio = studio
        self._changed = changed
        self._producer = Producer(studio.runner, workshop, self)
        self._favourites = Favourites(studio.library, director.variations.base)
        self._lock = threading.RLock()
        """Guards the director, and what follows."""
        self._sources: dict[int, tuple[Piece, Source]] = {}
        """What was put on and is not done with, by the identity of the source."""
        self._latest: Source | None = None
        """What was put on last."""
        self._heard: Source | None = None
        self._paused = False
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.over = False
        self._began = self._now()
        self._thread = threading.Thread(target=self._run, name="radio", daemon=True)

    def begin(self) -> None:
        """Let it be heard.

        Raises:
            AudioDeviceError: there is nothing to play it with.
        """
        with self._lock:
            for decision in self.director.begin(self._now()):
                if isinstance(decision, Play):
                    self._put_on(decision)
        self._thread.start()

    # What the player tells; it may hold locks of its own, so nothing is done here.

    def next(self) -> None:
        """Somebody wants to hear something else."""
        self._inbox.put(lambda: self._do(self.director.skip))

    def previous(self) -> None:
        """Somebody wants back what was before."""
        self._inbox.put(lambda: self._do(self.director.back))

    def ended(self, reason: Reason) -> None:
        """Something else is played, or nothing."""
        logger.debug("the programme is over: %s", reason)
        self._inbox.put(self._end)

    def listen(self, event: heard.Event) -> None:
        """What the player says."""
        if not self.over:
            self._inbox.put(lambda: self._hear(event))

    # What the producer tells, from threads of jobs.

    def made(self, piece: Piece) -> None:
        """A track is there."""
        self._inbox.put(lambda: self._do(lambda _now: self.director.made(piece)))

    def failed(self, error: LofiError) -> None:
        """None could be made."""
        logger.info("the radio got no track: %s", error.message)
        self._inbox.put(lambda: self._do(self.director.failed))

    def held_up(self) -> None:
        """It has to wait."""
        self._inbox.put(lambda: self._do(self.director.held_up))

    def hear(self, event: JobEvent) -> None:
        """What happens to jobs."""
        if not self.over:
            self._producer.hear(event)

    # What the station wants.

    @property
    def engine(self) -> Engine | None:
        """What plays or is coming, if it is the engine."""
        source = self._latest
        return source if isinstance(source, Engine) else None

    @property
    def engine_heard(self) -> Engine | None:
        """What is heard, if it is the engine; before anything is, what is about to be."""
        source = self._heard or self._latest
        return source if isinstance(source, Engine) else None

    @property
    def playing(self) -> Piece | None:
        """What is heard; before anything is, what is about to be."""
        return self.director.on_air or self.director.coming

    @property
    def age(self) -> float:
        """Seconds since it began."""
        return self._now() - self._began

    def steer(self, wish: Wish) -> None:
        """Do what the listener wants of the sound.

        Raises:
            InvalidParams: the key is none.
        """
        changes = fields(wish.tune, wish.intensity)
        with self._lock:
            self.muted = wish.muted
            engine = self.engine
            self._carry_out(
                self.director.steer(
                    self._now(), wish.tune, wish.intensity, engine_only=bool(wish.muted)
                )
            )
            if engine is not None and engine is self.engine:
                if changes:
                    engine.steer(changes)
                engine.mute(wish.muted)
        self._changed()

    def like(self, *, more: bool) -> None:
        """More, or less, like what is heard."""
        with self._lock:
            now = self._now()
            self._carry_out(self.director.more() if more else self.director.less(now))
        self._changed()

    def close(self) -> None:
        """End it: nothing more is put on or made."""
        self._end()
        self._inbox.put(lambda: None)

    # The thread of its own.

    def _run(self) -> None:
        tick = look = time.monotonic()
        while not self.over:
            with suppress(queue.Empty):
                self._inbox.get(timeout=TICK_SECONDS)()
            now = time.monotonic()
            if now >= tick:
                tick = now + TICK_SECONDS
                self._tick()
            if now >= look:
                look = now + FAVOURITES_SECONDS
                self._look()

    def _look(self) -> None:
        found = self._favourites.find()
        with self._lock:
            self.director.favourites(found)

    def _tick(self) -> None:
        with self._lock:
            if self._paused or self.over:
                return
            now, room = self._now(), self._producer.room
            self._carry_out(self.director.tick(now, self._left(), room=room))
        self._changed()

    def _hear(self, event: heard.Event) -> None:
        match event:
            case heard.Started(_, source) if id(source) in self._sources:
                self._started(source)
            case heard.Ended(_, source, reason) if source is not None:
                self._gone(source, reason)
            case heard.Paused():
                self._paused = True
            case heard.Resumed():
                self._paused = False
                self._do(self.director.resumed)
            case _:
                return
        self._changed()

    def _started(self, source: Source) -> None:
        with self._lock:
            self._heard = source
            piece, _ = self._sources[id(source)]
            for key in list(self._sources):  # what was put on before it and never heard
                if key == id(source):
                    break
                del self._sources[key]
            self._carry_out(self.director.heard(piece, self._now()))
        if piece.track_id is not None:
            self._studio.library.played(piece.track_id)

    def _gone(self, source: Source, reason: Reason) -> None:
        with self._lock:
            ours = self._sources.pop(id(source), None)
            if ours is None or source is not self._heard or self.over:
                return
            self._heard = None
            if reason in {Reason.FINISHED, Reason.ERROR}:
                self._carry_out(self.director.ended(self._now()))

    def _end(self) -> None:
        with self._lock:
            if self.over:
                return
            self.over = True
            self._producer.give_up()
            self._sources.clear()
            self._latest = self._heard = None
        self._changed()

    def _do(self, decide: Callable[[float], Iterable[Decision]]) -> None:
        with self._lock:
            if not self.over:
                self._carry_out(decide(self._now()))
        self._changed()

    def _carry_out(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            match decision:
                case Play():
                    self._play(decision)
                case Ask(idea):
                    self._ask(idea)
                case GiveUp():
                    self._producer.give_up()

    def _play(self, decision: Play) -> None:
        """Put it on; what cannot be played is told of, and the engine takes its place."""
        try:
            self._put_on(decision)
        except LofiError as error:
            logger.warning("%r cannot be played: %s", decision.piece.title, error.message)
            if not decision.piece.endless:
                self._carry_out(self.director.broken(decision.piece, self._now()))

    def _put_on(self, decision: Play) -> None:
        source = self._source(decision.piece)
        self._sources[id(source)] = decision.piece, source
        try:
            self._studio.player.put_on(
                source, fade=decision.fade, at_cut=decision.at_cut, programme=self
            )
        except LofiError:
            del self._sources[id(source)]
            raise
        self._latest = source

    def _source(self, piece: Piece) -> Source:
        if piece.track_id is not None:
            return OnAir(piece, self._studio.open_track(piece.track_id))
        engine = Engine(piece, recipe_of(piece, self.director.intensity))
        if self.muted:
            engine.mute(self.muted)
        return engine

    def _ask(self, idea: Idea) -> None:
        now = self._now()
        try:
            self._producer.ask(idea)
        except QueueFull:
            self.director.held_up(now)
        except LofiError as error:
            logger.info("the radio cannot have a track made: %s", error.message)
            self.director.failed(now)

    def _now(self) -> float:
        return self._studio.clock()

    def _left(self) -> float | None:
        """Seconds until what is heard ends; None if it does not."""
        source = self._heard
        if source is None or source.duration is None:
            return None
        return max(0.0, source.duration - source.position)
