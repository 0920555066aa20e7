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
from lofi.radio.airing import Airing
from lofi.radio.director import Ask, Decision, Director, GiveUp, Play
from lofi.radio.engine import fields
from lofi.radio.favourites import Favourites
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
        self._studio = studio
        self._changed = changed
        self._producer = Producer(studio.runner, workshop, self)
        self._favourites = Favourites(studio.library, director.variations.base)
        self._lock = threading.RLock()
        """Guards the director, and what follows."""
        self.airing = Airing(studio, self)
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
                    self.airing.put_on(decision)
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
            airing, engine = self.airing, self.airing.engine
            airing.muted = wish.muted
            airing.intensity = airing.intensity if wish.intensity is None else wish.intensity
            self._carry_out(
                self.director.steer(
                    self._now(), wish.tune, wish.intensity, engine_only=bool(wish.muted)
                )
            )
            if engine is not None and engine is airing.engine:
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
            self._attempt(self._next_message)
            now = time.monotonic()
            if now >= tick:
                tick = now + TICK_SECONDS
                self._attempt(self._tick)
            if now >= look:
                look = now + FAVOURITES_SECONDS
                self._attempt(self._look)

    def _attempt(self, act: Callable[[], None]) -> None:
        """Whatever goes wrong, the next tick comes: without it there would be silence."""
        try:
            act()
        except Exception:
            logger.exception("the radio goes on")

    def _next_message(self) -> None:
        with suppress(queue.Empty):
            self._inbox.get(timeout=TICK_SECONDS)()

    def _look(self) -> None:
        found = self._favourites.find()
        with self._lock:
            self.director.favourites(found)

    def _tick(self) -> None:
        with self._lock:
            if self._paused or self.over:
                return
            now, room = self._now(), self._producer.room
            self._carry_out(self.director.tick(now, self.airing.left, room=room))
        self._changed()

    def _hear(self, event: heard.Event) -> None:
        match event:
            case heard.Started(_, source):
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
            piece = self.airing.begun(source)
            if piece is None or self.over:
                return
            self._carry_out(self.director.heard(piece, self._now()))
        if piece.track_id is not None:
            self._studio.library.played(piece.track_id)

    def _gone(self, source: Source, reason: Reason) -> None:
        with self._lock:
            if self.airing.gone(source) and reason in {Reason.FINISHED, Reason.ERROR}:
                self._carry_out(self.director.ended(self._now()))

    def _end(self) -> None:
        with self._lock:
            if self.over:
                return
            self.over = True
            self._producer.give_up()
            self.airing.clear()
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
            self.airing.put_on(decision)
        except LofiError as error:
            logger.warning("%r cannot be played: %s", decision.piece.title, error.message)
            if not decision.piece.endless:
                self._carry_out(self.director.broken(decision.piece, self._now()))

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
