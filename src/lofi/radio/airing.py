"""What a programme has put on the air: sources made of pieces, until they have been heard."""

from lofi.errors import LofiError
from lofi.playback.source import Source
from lofi.playback.stage import Programme
from lofi.radio.director import Play
from lofi.radio.engine import Engine, recipe_of
from lofi.radio.onair import OnAir
from lofi.radio.piece import Piece
from lofi.radio.studio import Studio


class Airing:
    """The sources of one programme; guarded by it."""

    def __init__(self, studio: Studio, programme: Programme) -> None:
        self.intensity: float | None = None
        """Of the engine, if the listener asked for one."""
        self.muted: frozenset[str] = frozenset()
        """Layers of the engine that are silent."""
        self._studio = studio
        self._programme = programme
        self._sources: dict[int, tuple[Piece, Source]] = {}
        """What was put on and is not done with, by the identity of the source, oldest first."""
        self._latest: Source | None = None
        """What was put on last."""
        self._heard: Source | None = None

    @property
    def engine(self) -> Engine | None:
        """What was put on last, if it is the engine."""
        source = self._latest
        return source if isinstance(source, Engine) else None

    @property
    def engine_heard(self) -> Engine | None:
        """What is heard, if it is the engine; before anything is, what is about to be."""
        source = self._heard or self._latest
        return source if isinstance(source, Engine) else None

    @property
    def left(self) -> float | None:
        """Seconds until what is heard ends; None if it does not."""
        source = self._heard
        if source is None or source.duration is None:
            return None
        return max(0.0, source.duration - source.position)

    def put_on(self, play: Play) -> None:
        """Have a piece take over from what is heard.

        Raises:
            LofiError: it cannot be played, or there is nothing to play it with.
        """
        source = self._made(play.piece)
        self._sources[id(source)] = play.piece, source
        try:
            self._studio.player.put_on(
                source, fade=play.fade, at_cut=play.at_cut, programme=self._programme
            )
        except LofiError:
            del self._sources[id(source)]
            raise
        self._latest = source

    def begun(self, source: Source) -> Piece | None:
        """A source is heard now: the piece it is, if it is one of these."""
        if id(source) not in self._sources:
            return None
        while next(iter(self._sources)) != id(source):  # put on before it, and never heard
            del self._sources[next(iter(self._sources))]
        self._heard = source
        return self._sources[id(source)][0]

    def gone(self, source: Source) -> bool:
        """A source is heard no longer: whether it was what is heard of these."""
        ours = self._sources.pop(id(source), None) is not None
        if not ours or source is not self._heard:
            return False
        self._heard = None
        return True

    def clear(self) -> None:
        """Let go of all of them."""
        self._sources.clear()
        self._latest = self._heard = None

    def _made(self, piece: Piece) -> Source:
        if piece.track_id is not None:
            return OnAir(piece, self._studio.open_track(piece.track_id))
        engine = Engine(piece, recipe_of(piece, self.intensity))
        if self.muted:
            engine.mute(self.muted)
        return engine
