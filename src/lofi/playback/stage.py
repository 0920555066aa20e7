"""What is on, what comes after it, and through what it is heard. Used under the player's lock.

Every change is a generator of what there is to tell of it.
"""

import logging
from collections.abc import Callable, Generator, Iterator
from typing import NamedTuple, Protocol

from lofi.errors import AudioDeviceError, AudioPlaybackError, InvalidParams, TrackNotFound
from lofi.playback.deck import Deck
from lofi.playback.events import (
    Changed,
    Ended,
    Event,
    Nearing,
    Paused,
    PlaylistChanged,
    Reason,
    Resumed,
    Started,
)
from lofi.playback.fader import QUICK
from lofi.playback.file import FileSource
from lofi.playback.matching import Matching
from lofi.playback.mixer import Mark, fade_seconds
from lofi.playback.outlet import Outlet
from lofi.playback.piece import Piece
from lofi.playback.playlist import Playlist
from lofi.playback.source import Source

RESTART_SECONDS = 3.0
"""Into a track, from which on "previous" means its beginning."""
REST_TICKS = 4
"""After which an output with nothing to play is closed."""
PAUSE_TICKS = 40
"""The same for one that is paused."""
RETRY_TICKS = 12
"""Between attempts to find an output again."""

logger = logging.getLogger(__name__)


class Programme(Protocol):
    """Somebody who decides what is on the air: the radio. Called by any thread, under no lock."""

    def next(self) -> None:
        """Somebody wants to hear something else."""

    def previous(self) -> None:
        """Somebody wants back what was before."""

    def ended(self, reason: Reason) -> None:
        """The air is no longer its own: a track is played, or all was stopped."""


class OnAir(NamedTuple):
    """Something that plays, or will."""

    source: Source
    piece: Piece | None = None
    """The track it is."""
    programme: Programme | None = None
    """Whose it is."""


class Yielded(NamedTuple):
    """A programme to be told that the air is no longer its own."""

    programme: Programme
    reason: Reason


News = Iterator[Event | Yielded]


class Stage:
    """One thing after another."""

    def __init__(self, deck: Deck, outlet: Outlet, find: Callable[[str], Piece]) -> None:
        self._deck = deck
        self._outlet = outlet
        self._find = find
        self._matching = Matching()
        self.list = Playlist()
        self.crossfade = 0.0
        """Seconds from one track to the next."""
        self.now: OnAir | None = None
        self.coming: OnAir | None = None
        """What was arranged to take over from it."""
        self.paused = False
        self.lost = False
        """Whether the output broke down and none has been found since."""
        self._near: Source | None = None
        """What is known to end soon."""
        self._over: Source | None = None
        """What was told to have ended, while what follows is not heard yet."""
        self._ticks = 0
        """For how long there has been nothing to do."""

    @property
    def position(self) -> float:
        """Seconds into what is heard."""
        now, heard = self.now, self._deck.heard
        return heard.position if now and heard and heard.source is now.source else 0.0

    # Begun and ended by somebody

    def begin(self, piece: Piece) -> News:
        """Play a track now, in place of anything else.

        Raises:
            AudioPlaybackError: it cannot be read.
            AudioDeviceError: there is nothing to play it with.
        """
        source = FileSource.open(piece.path, piece.title, self._matching)
        yield from self._take_over(OnAir(source, piece))

    def begin_list(self, pieces: list[Piece]) -> News:
        """The same with these for the list, from the first."""
        source = FileSource.open(pieces[0].path, pieces[0].title, self._matching)
        self._outlet_open(source)
        self.list.replace([piece.key for piece in pieces])
        yield from self._take_over(OnAir(source, pieces[0]))

    def _take_over(self, taking: OnAir) -> News:
        self._outlet_open(taking.source)
        yield from self._leave(Reason.SKIPPED, taking.programme)
        self._deck.switch(taking.source)
        self.now, self.coming, self._near = taking, None, None
        self._sound(QUICK)
        yield from self._started(taking)

    def _outlet_open(self, source: Source) -> None:
        try:
            self._outlet.open()
        except AudioDeviceError:
            source.close()
            raise

    def put_on(self, taking: OnAir, *, fade: float, at_cut: bool) -> News:
        """Have something take over from what plays; where nothing does, it begins at once.

        Raises:
            AudioDeviceError: there is nothing to play it with; its source is closed.
        """
        if self.now is None and self.coming is None:
            yield from self._take_over(taking)
            return
        if not self.paused:
            self._outlet_open(taking.source)
            self._sound(QUICK)
        self._deck.put_on(taking.source, fade=fade, at_cut=at_cut)
        self.coming = taking

    def end(self, reason: Reason) -> News:
        """Nothing is on any more."""
        if self.now is None and self.coming is None:
            return
        yield from self._leave(reason, None)
        self._deck.switch(None)
        self.now = self.coming = self._near = None
        self.paused = self.lost = False
        self._ticks = 0
        yield Changed()

    def step(self) -> News:
        """Play what follows in the list; with nothing that does, stop."""
        following = yield from self._opened(lambda: self.list.ahead(asked=True))
        if following is None:
            yield from self.end(Reason.SKIPPED)
        else:
            yield from self._take_over(following)

    def step_back(self) -> News:
        """Begin again; near the beginning go back to what was before."""
        behind = None
        if self.now is None or self.position <= RESTART_SECONDS:
            behind = yield from self._opened(lambda: self.list.behind)
        if behind is not None:
            self.list.back()
            yield from self._take_over(behind)
        elif self.now is not None:
            yield from self.seek(0.0)

    def seek(self, seconds: float) -> News:
        """Go elsewhere in what plays.

        Raises:
            InvalidParams: nothing plays that has an end.
        """
        now = self.now
        if now is None or now.source.duration is None:
            raise InvalidParams("nothing plays that can be wound", hint="play a track first")
        place = min(max(0.0, seconds), now.source.duration)
        if self._deck.seek(now.source, place):
            self.coming = self._near = None
        yield Changed()

    def pause(self, seconds: float) -> News:
        """Fade out within so long, and stay there."""
        if self.now is not None and not self.paused:
            self.paused, self._ticks = True, 0
            self._deck.send(lambda fader: fader.presence.send(0.0, seconds))
            yield Paused()
            yield Changed()

    def resume(self, seconds: float) -> News:
        """Go on within so long.

        Raises:
            AudioDeviceError: there is nothing to play it with.
        """
        if self.now is not None and (self.paused or self.lost):
            self._outlet.open()
            self._sound(seconds)
            yield Resumed()
            yield Changed()

    def _sound(self, seconds: float) -> None:
        self.paused = self.lost = False
        self._ticks = 0
        self._deck.send(lambda fader: fader.presence.send(1.0, seconds))

    # What follows

    def rearrange(self) -> News:
        """The list, or how it passes over, is another: so may be what follows."""
        if self.coming is not None and self.coming.piece is not None:
            if not self._deck.follow(None):
                return  # it is being heard already, or all but
            self.coming = None
        if self.now is not None and self._near is self.now.source:
            yield from self._arrange()

    def _arrange(self) -> News:
        """Have what follows a track ready before it ends."""
        now = self.now
        if now is None or now.piece is None or self.coming is not None:
            return
        following = yield from self._opened(self.list.ahead)
        if following is not None:
            lengths = now.source.duration, following.source.duration
            fade = fade_seconds(self.crossfade, *lengths)
            self._deck.follow(following.source, fade)
            self.coming = following

    def _opened(
        self, choose: Callable[[], str | None]
    ) -> Generator[Event | Yielded, None, OnAir | None]:
        """The track of a list that somebody chooses; those that cannot be played leave the list."""
        while (key := choose()) is not None:
            piece = None
            try:
                piece = self._find(key)
                return OnAir(FileSource.open(piece.path, piece.title, self._matching), piece)
            except (AudioPlaybackError, TrackNotFound) as error:
                logger.warning("%s is passed over: %s", key, error.message)
                self.list.remove(key)
                yield PlaylistChanged()
                if piece is not None:
                    yield Ended(piece, None, Reason.ERROR, error.message)
        return None

    # Heard

    def near(self, source: Source) -> News:
        """What plays will end soon."""
        self._near = source
        if self.now is not None and self.now.source is source:
            yield Nearing(source)
            yield from self._arrange()

    def mark(self, mark: Mark) -> News:
        """Something was heard to begin or to end."""
        if mark.begins is None:
            yield from self._ended(mark)
        elif self.coming is not None and self.coming.source is mark.source:
            taking = self.coming
            yield from self._leave(Reason.SKIPPED, taking.programme)
            self.now, self.coming = taking, None
            yield from self._started(taking)
            if self._near is taking.source:  # what is short was known to end before it was heard
                yield from self.near(taking.source)

    def _ended(self, mark: Mark) -> News:
        now = self.now
        if now is None or mark.source is not now.source:
            return
        reason = Reason.FINISHED if mark.trouble is None else Reason.ERROR
        yield Ended(now.piece, now.source, reason, mark.trouble)
        self._over = now.source
        if self.coming is not None:  # it is heard next; a programme stays the one on the air
            return
        self.now = None
        following = None if now.piece is None else (yield from self._opened(self.list.ahead))
        if following is not None:
            yield from self._take_over(following)
        else:
            self._ticks = 0
            yield Changed()

    def _started(self, taking: OnAir) -> News:
        piece = taking.piece
        if piece is not None and piece.key in self.list.keys:
            self.list.go(piece.key)
            yield PlaylistChanged()
        yield Started(piece, taking.source)
        yield Changed()

    def _leave(self, reason: Reason, heir: Programme | None) -> News:
        """What was on, or about to be, is on no more."""
        now, coming = self.now, self.coming
        self.now = None
        if now is not None and now.source is not self._over:
            yield Ended(now.piece, now.source, reason)
        told = None
        for each in (now, coming):
            programme = each.programme if each else None
            if programme is not None and programme not in (told, heir):
                told = programme
                yield Yielded(programme, reason)

    # The way out

    def tick(self) -> News:
        """Look after the output: a few times a second, while it is open or lost."""
        self._ticks += 1
        if self.now is None and self.coming is None:
            if self._deck.drained and self._ticks >= REST_TICKS:
                self._outlet.close()
        elif self.paused:
            if self._ticks >= PAUSE_TICKS:
                self._outlet.close()
        elif self.lost:
            if self._ticks % RETRY_TICKS == 0:
                yield from self._find_again()
        elif (trouble := self._outlet.trouble) is not None or not self._outlet.is_open:
            logger.warning("the output broke down: %s", trouble or "it does not open again")
            yield from self._find_again()

    @property
    def watchful(self) -> bool:
        """Whether there is an output to look after."""
        playing = self.now is not None and not self.paused
        return self._outlet.is_open or self.lost or playing

    def _find_again(self) -> News:
        was = self.lost
        try:
            self._outlet.open()
        except AudioDeviceError as error:
            self.lost = True
            self._deck.send(lambda fader: fader.presence.jump(0.0))  # attempts shall take nothing
            if not was:
                logger.warning("%s", error.message)
                yield Changed()
        else:
            self._sound(QUICK)
            yield Changed()
