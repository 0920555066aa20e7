"""The list as others change it: keys looked up, faults in words, what follows arranged anew."""

from collections.abc import Callable

from lofi.errors import InvalidParams, TrackNotFound
from lofi.playback.piece import Piece
from lofi.playback.playlist import Loop, Playlist


class Lineup:
    """The way to a playlist from any thread."""

    def __init__(
        self,
        playlist: Playlist,
        find: Callable[[str], Piece],
        change: Callable[[Callable[[], None]], None],
    ) -> None:
        """Stand before a playlist.

        Args:
            playlist: the one.
            find: what a key stands for; it raises TrackNotFound.
            change: carries out a change under the lock of whoever plays, and tells of it.
        """
        self._list = playlist
        self._find = find
        self._change = change

    def add(self, key: str, position: int | None = None) -> None:
        """Put a track in, by default at the end; one that is there already is moved.

        Raises:
            TrackNotFound: there is no such track.
            InvalidParams: there is no such position.
        """
        piece = self._find(key)
        self._change(lambda: self._place(piece.key, position))

    def move(self, key: str, position: int) -> None:
        """Put a track of the list elsewhere in it.

        Raises:
            TrackNotFound: it is not in the list.
            InvalidParams: there is no such position.
        """

        def move() -> None:
            self._check(key)
            self._place(key, position)

        self._change(move)

    def remove(self, key: str) -> None:
        """Take a track out; if it plays, it plays on.

        Raises:
            TrackNotFound: it is not in the list.
        """

        def remove() -> None:
            self._check(key)
            self._list.remove(key)

        self._change(remove)

    def clear(self) -> None:
        """Take all out; what plays goes on."""
        self._change(lambda: self._list.replace(()))

    def arrange(self, loop: Loop | None = None, shuffle: bool | None = None) -> None:
        """How the list goes on, and whether its order is drawn; None leaves it as it is."""

        def arrange() -> None:
            self._list.loop = self._list.loop if loop is None else loop
            if shuffle is not None:
                self._list.set_shuffle(shuffle)

        self._change(arrange)

    def _place(self, key: str, position: int | None) -> None:
        try:
            self._list.add(key, position)
        except IndexError:
            raise InvalidParams(
                f"the list has no position {position}",
                hint=f"use 0 to {len(set(self._list.keys) - {key})}",
            ) from None

    def _check(self, key: str) -> None:
        if key not in self._list.keys:
            raise TrackNotFound(f"the list has no track {key[:100]}", hint="see playlist_get")
