"""Makes the next track while one plays, early enough, so that music goes on. Knows no wire."""

import logging
import random
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from lofi.errors import LofiError
from lofi.jobs.events import Cancelled, Completed, Failed
from lofi.jobs.events import Event as JobEvent
from lofi.jobs.job import Job
from lofi.jobs.runner import Runner
from lofi.library.entry import Entry
from lofi.playback.events import Ended, Reason, Started
from lofi.playback.events import Event as Heard
from lofi.playback.mixer import LEAD_SECONDS
from lofi.playback.player import Player
from lofi.playback.state import Doing
from lofi.track import Request

LOOK_SECONDS = 1.0
"""How often it is looked whether it is time."""
MARGIN = 1.5
"""How much longer making may take than it did before."""
PRESETS = (
    "lofi hip hop, rhodes, vinyl",
    "rainy night, soft piano, slow",
    "jazzy cafe, guitar, brushes",
    "dreamy pads, tape, sparse",
)

logger = logging.getLogger(__name__)


class Strategy(StrEnum):
    """What the next track is about."""

    SAME_PROMPT = "same_prompt"
    PRESET_CYCLE = "preset_cycle"
    RANDOM_PRESET = "random_preset"


class Plan(NamedTuple):
    """What is made ahead of time."""

    enabled: bool = False
    strategy: Strategy = Strategy.SAME_PROMPT
    presets: tuple[str, ...] = PRESETS
    trigger: float | None = None
    """The part of a track that is heard when the next is begun; None: by the measured speed."""


def due(trigger: float | None, position: float, duration: float, making: float | None) -> bool:
    """Whether it is time to begin the next track.

    Args:
        trigger: as in the plan.
        position: seconds that were heard.
        duration: of the track that plays, in seconds.
        making: seconds that such a track takes to make, all told; None if nobody knows.
    """
    if trigger is not None:
        return position >= trigger * duration
    if making is None:
        return True
    return duration - position <= MARGIN * making + LEAD_SECONDS


class Prefetch:
    """One track ahead. Safe from any thread."""

    def __init__(
        self,
        runner: Runner,
        player: Player,
        find: Callable[[str], Entry],
        request: Callable[[Entry, str], Request],
        seed: int | None = None,
    ) -> None:
        """Begin to listen; nothing is made until a plan says so.

        Args:
            runner: who makes tracks.
            player: who plays them.
            find: a track of the library by its id.
            request: a new request like that of a track, with another prompt.
            seed: of what is drawn.
        """
        self._runner, self._player = runner, player
        self._find, self._request = find, request
        self._random = random.Random(seed)  # noqa: S311 - the choice of a prompt is no secret
        self._changed = threading.Condition()
        """Guards all that follows."""
        self.plan = Plan()
        self._job: Job | None = None
        """The one that is being made."""
        self._served: str | None = None
        """The track whose successor has been seen to."""
        self._turn = 0
        self._waiting = False
        """Whether playing ended for lack of the track that is being made."""
        self._spent: dict[str, float] = {}
        """Seconds of work for a second of sound, by backend."""
        runner.listen(self._hear_job)
        player.listen(self._hear)
        threading.Thread(target=self._watch, name="prefetch", daemon=True).start()

    @property
    def pending(self) -> bool:
        """Whether a track is being made ahead of time."""
        return self._job is not None

    def follow(self, plan: Plan) -> None:
        """Do as this one says from now on."""
        with self._changed:
            self.plan = plan
            self._served = None
            self._changed.notify_all()

    def rest(self) -> None:
        """Somebody wants silence: what is being made is not played by itself."""
        with self._changed:
            self._waiting = False

    def look(self) -> None:
        """Begin the next track if it is time."""
        state = self._player.state
        piece = state.piece
        if piece is None or piece.track is None or state.doing is not Doing.PLAYING:
            return
        with self._changed:
            if not self._wanted(piece.key) or self._player.follows is not None:
                return
            entry = self._find(piece.key)
            making = self._making(entry)
            if not due(self.plan.trigger, state.position, entry.seconds, making):
                return
            self._served = piece.key
            prompt = self._prompt(entry)
        self._begin(self._request(entry, prompt))

    def _wanted(self, key: str) -> bool:
        return self.plan.enabled and self._job is None and self._served != key and self._runner.idle

    def _begin(self, request: Request) -> None:
        job = Job(request, background=True)
        with self._changed:
            self._job = job
        try:
            self._runner.submit(job)
        except LofiError:
            self._forget(job.id)
            raise

    def _prompt(self, entry: Entry) -> str:
        presets = self.plan.presets
        if self.plan.strategy is Strategy.SAME_PROMPT or not presets:
            return entry.recipe.prompt
        if self.plan.strategy is Strategy.RANDOM_PRESET:
            others = [each for each in presets if each != entry.recipe.prompt]
            return self._random.choice(others or presets)
        self._turn += 1
        return presets[(self._turn - 1) % len(presets)]

    def _making(self, entry: Entry) -> float | None:
        """Seconds that another track of this kind takes."""
        spent = self._spent.get(entry.recipe.backend)
        if spent is not None:
            return spent * entry.seconds
        return entry.generation_seconds or None

    def _hear_job(self, event: JobEvent) -> None:
        match event:
            case Completed(job, entry):
                if entry.generation_seconds > 0 and entry.seconds > 0:
                    self._spent[job.request.backend] = entry.generation_seconds / entry.seconds
                waited = self._waiting
                if self._forget(job.id):
                    self._take_in(entry.id, at_once=waited)
            case Failed(job) | Cancelled(job):
                self._forget(job.id)

    def _forget(self, track_id: str) -> bool:
        """Whether this is the one that was being made."""
        with self._changed:
            if self._job is None or self._job.id != track_id:
                return False
            self._job, self._waiting = None, False
            return True

    def _take_in(self, track_id: str, *, at_once: bool) -> None:
        try:
            self._player.lineup.add(track_id)
        except LofiError as error:
            logger.warning("what was made ahead cannot be played: %s", error.message)
        else:
            if at_once:
                self._player.offer(track_id)

    def _hear(self, event: Heard) -> None:
        match event:
            case Ended(_, _, reason):
                with self._changed:
                    self._waiting = reason is Reason.FINISHED and self._job is not None
            case Started():
                with self._changed:
                    self._waiting = False
                    self._changed.notify_all()

    def _watch(self) -> None:
        while True:
            with self._changed:
                playing = self.plan.enabled and self._player.state.doing is Doing.PLAYING
                self._changed.wait(LOOK_SECONDS if playing else None)
            try:
                self.look()
            except LofiError as error:
                logger.warning("nothing is made ahead: %s", error.message)
            except Exception:
                logger.exception("nothing is made ahead")
