"""The player: what plays, what follows, how loud.

Its methods may be called from any thread. None waits for what is being heard; those that begin
something take as long as a file and a device need to be opened. What is heard to begin and to end
is worked off by a thread of the player's own, and told from there.
"""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from lofi.audience import Audience
from lofi.errors import LofiError, TrackNotFound
from lofi.playback.deck import Deck, Near
from lofi.playback.events import Changed, Event, PlaylistChanged, Reason, VolumeChanged
from lofi.playback.fader import QUICK
from lofi.playback.levels import Levels
from lofi.playback.lineup import Lineup
from lofi.playback.memory import Memory
from lofi.playback.mixer import Mark
from lofi.playback.outlet import Outlet, Way
from lofi.playback.piece import Piece
from lofi.playback.source import Source
from lofi.playback.stage import News, OnAir, Programme, Stage, Yielded
from lofi.playback.state import Doing, State
from lofi.sound.pcm import Signal

TICK_SECONDS = 0.25
CROSSFADE_MOST = 12.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the player begins with."""

    volume: float = 1.0
    """0 to 1, until another is remembered."""
    crossfade: float = 2.0
    """Seconds from one track to the next; 0 joins them without a gap."""
    device: str | None = None
    """Name of an audio device."""
    memory: Path | None = None
    """The file that remembers the volume."""


class Player:
    """One per daemon, or per command."""

    def __init__(
        self,
        ways: Sequence[Way],
        find: Callable[[str], Piece],
        newest: Callable[[], Piece | None] = lambda: None,
        setting: Setting | None = None,
    ) -> None:
        """Begin in silence; nothing is opened yet.

        Args:
            ways: the outputs to try, best first.
            find: what a key stands for; it raises TrackNotFound.
            newest: what to play when nothing is asked for.
            setting: what to begin with.
        """
        setting = setting or Setting()
        self.ways = ways
        self._find, self._newest = find, newest
        self._audience: Audience[Event] = Audience()
        self._told: queue.SimpleQueue[Mark | Near | Callable[[], None]] = queue.SimpleQueue()
        self._deck = Deck(self._told.put)
        self._outlet = Outlet(ways, self._deck.pull, setting.device)
        self._levels = Levels(self._deck, Memory(setting.memory), setting.volume)
        self._acting = threading.RLock()
        """Guards the stage; listeners are told outside of it."""
        self._stage = Stage(self._deck, self._outlet, find)
        self.lineup = Lineup(self._stage.list, find, self._change_list)
        """The list, to be changed."""
        self._stage.crossfade = setting.crossfade
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="player", daemon=True)
        self._thread.start()

    # What anybody may ask

    def listen(self, hear: Callable[[Event], None]) -> None:
        """Have ``hear`` called with every event from now on, by whichever thread causes it."""
        self._audience.join(hear)

    @property
    def state(self) -> State:
        """How things stand; waits for nothing."""
        stage = self._stage
        now, playlist = stage.now, stage.list
        return State(
            doing=self._doing,
            piece=now.piece if now else None,
            title=now.source.title if now else None,
            on_air=now is not None and now.piece is None,
            position=stage.position,
            duration=now.source.duration if now else None,
            volume=self._levels.volume,
            muted=self._levels.muted,
            output=self._outlet.name,
            device=self._outlet.device,
            problem=self._outlet.problem,
            playlist=playlist.keys,
            index=playlist.index,
            loop=playlist.loop,
            shuffle=playlist.shuffle,
            crossfade=stage.crossfade,
            health=self._deck.health,
        )

    @property
    def _doing(self) -> Doing:
        stage = self._stage
        if stage.now is None:
            return Doing.STOPPED
        return Doing.PAUSED if stage.paused or stage.lost else Doing.PLAYING

    @property
    def idle(self) -> bool:
        """Whether nobody would miss it: nothing plays, and nothing is about to."""
        return self._doing is not Doing.PLAYING and self._stage.coming is None

    @property
    def follows(self) -> str | None:
        """What the list plays when this ends; None if nothing."""
        with self._acting:
            return self._stage.list.ahead()

    def last(self, seconds: float) -> Signal:
        """What was heard last, up to a minute, before any volume; shape (2, frames) at 48 kHz."""
        return self._deck.last(seconds)

    # What plays

    def play(self, key: str | None = None) -> None:
        """Play this one; by default go on, with the list or with the newest track there is.

        Raises:
            TrackNotFound: there is no such track, or none at all.
            AudioPlaybackError: it cannot be read.
            AudioDeviceError: there is nothing to play it with.
        """
        if key is None:
            self._go_on()
        else:
            piece = self._find(key)
            self._do(lambda: self._stage.begin(piece))

    def play_all(self, keys: Sequence[str]) -> None:
        """Have these as the list, and play the first.

        Raises:
            TrackNotFound, AudioPlaybackError, AudioDeviceError: as for one.
        """
        pieces = [self._find(key) for key in keys]
        if pieces:
            self._do(lambda: self._stage.begin_list(pieces))

    def offer(self, key: str) -> None:
        """Play this one if nothing plays, later, by the player's own thread."""

        def take_up() -> None:
            if self._stage.now is None:
                self.play(key)

        self._told.put(take_up)

    def _go_on(self) -> None:
        with self._acting:
            stage = self._stage
            if stage.now is not None:
                self.resume()
                return
            playlist = stage.list
            key = playlist.current or playlist.ahead(asked=True) or next(iter(playlist.keys), None)
            piece = self._newest() if key is None else self._find(key)
        if piece is None:
            raise TrackNotFound("there is no track to play", hint="make one first")
        self._do(lambda: stage.begin(piece))

    def pause(self, seconds: float = QUICK) -> None:
        """Fade out within ``seconds`` and stay there."""
        self._do(lambda: self._stage.pause(seconds))

    def resume(self, seconds: float = QUICK) -> None:
        """Go on where it was, coming up within ``seconds``.

        Raises:
            AudioDeviceError: there is nothing to play it with.
        """
        self._do(lambda: self._stage.resume(seconds))

    def toggle(self) -> None:
        """Pause what plays; otherwise go on.

        Raises:
            LofiError: as ``play`` does.
        """
        if self._doing is Doing.PLAYING:
            self.pause()
        else:
            self.play()

    def stop(self) -> None:
        """Silence, and nothing is on any more."""
        self._do(lambda: self._stage.end(Reason.STOPPED))

    def next(self) -> None:
        """Play what follows; with nothing that does, stop.

        Raises:
            AudioDeviceError: there is nothing to play it with.
        """
        programme = self._programme
        if programme is not None:
            programme.next()
        else:
            self._do(self._stage.step)

    def previous(self) -> None:
        """Begin again; near the beginning go back to what was before.

        Raises:
            AudioDeviceError: there is nothing to play it with.
        """
        programme = self._programme
        if programme is not None:
            programme.previous()
        else:
            self._do(self._stage.step_back)

    @property
    def _programme(self) -> Programme | None:
        now = self._stage.now
        return now.programme if now else None

    def seek(self, *, to: float | None = None, by: float | None = None) -> None:
        """Go elsewhere in what plays, in seconds from its beginning or from here.

        Raises:
            InvalidParams: nothing plays that has an end.
        """
        stage = self._stage
        self._do(lambda: stage.seek(stage.position + (by or 0.0) if to is None else to))

    def put_on(
        self, source: Source, *, fade: float, at_cut: bool, programme: Programme | None = None
    ) -> None:
        """Have a source take over from what plays; it is closed when it has been heard.

        Where nothing plays it begins at once. A pause stays one.

        Args:
            source: what to play.
            fade: seconds from one to the other.
            at_cut: whether to wait for the next good place to leave what plays.
            programme: whose it is.

        Raises:
            AudioDeviceError: there is nothing to play it with; the source is closed.
        """
        taking = OnAir(source, None, programme)
        self._do(lambda: self._stage.put_on(taking, fade=fade, at_cut=at_cut))

    # How loud

    def set_volume(self, level: float) -> None:
        """Louder or softer, 0 to 1."""
        self._levels.set(level)
        self._tell_levels()

    def mute(self, on: bool | None = None) -> None:
        """Silence or not; None: the other of the two."""
        self._levels.mute(on)
        self._tell_levels()

    def duck(self, *, active: bool, level: float = 0.2) -> None:
        """Make room for another sound, or take it back."""
        self._levels.duck(active=active, level=level)

    def fade_to(self, level: float, seconds: float) -> None:
        """Go to a part of the volume, 0 to 1, and stay there: at a speed that crosses the whole
        range in ``seconds``."""
        self._levels.fade_to(level, seconds)

    def _tell_levels(self) -> None:
        levels = self._levels
        self._audience.tell(VolumeChanged(levels.volume, levels.muted), Changed())

    # Through what, and how it passes over

    def choose_device(self, name: str | None) -> None:
        """Play on this device; None: the system's own choice.

        Raises:
            InvalidParams: there is no such device.
            AudioDeviceError: it does not play.
        """
        with self._acting:
            self._outlet.choose(name)
        self._audience.tell(Changed())

    def set_crossfade(self, seconds: float) -> None:
        """Seconds from one track to the next, 0 to 12."""
        with self._acting:
            self._stage.crossfade = min(max(0.0, seconds), CROSSFADE_MOST)
        self._do(self._stage.rearrange)
        self._audience.tell(Changed())

    # The rest

    def _change_list(self, change: Callable[[], None]) -> None:
        with self._acting:
            change()
        self._do(self._stage.rearrange)
        self._audience.tell(PlaylistChanged(), Changed())

    def close(self) -> None:
        """Silence, for good."""
        self._closed = True  # or the output would be looked after, and opened again
        self._told.put(_nothing)
        self._outlet.close()
        self._deck.close()

    # What happens

    def _do(self, act: Callable[[], News]) -> None:
        """Carry out a change, and tell of it afterwards."""
        news: list[Event | Yielded] = []
        try:
            with self._acting:
                news.extend(act())
        finally:
            for each in news:
                if isinstance(each, Yielded):
                    each.programme.ended(each.reason)
                else:
                    self._audience.tell(each)
            if self._stage.watchful and threading.current_thread() is not self._thread:
                self._told.put(_nothing)  # there may be an output to look after from now on

    def _work(self) -> None:
        """Whatever happens by itself, in the order in which it happens."""
        while True:
            try:
                told = self._told.get(timeout=TICK_SECONDS if self._stage.watchful else None)
            except queue.Empty:
                told = partial(self._do, self._stage.tick)
            if self._closed:
                return
            match told:
                case Near(source):
                    self._attempt(lambda: self._do(lambda: self._stage.near(source)))
                case Mark() as mark:
                    self._attempt(lambda: self._do(lambda: self._stage.mark(mark)))
                case later:
                    self._attempt(later)

    def _attempt(self, act: Callable[[], None]) -> None:
        try:
            act()
        except LofiError as error:
            logger.warning("%s", error.message)
        except Exception:
            logger.exception("the player stumbled")


def _nothing() -> None:
    """Wakes the player's thread."""
