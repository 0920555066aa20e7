"""The listener's favourites that suit a programme, with what is known of their key and tempo."""

from pathlib import Path

import soundfile

from lofi.errors import LofiError
from lofi.library.entry import Entry
from lofi.library.rows import Query, Sort
from lofi.library.shelf import Library
from lofi.radio.piece import Origin, Piece, Tune
from lofi.radio.tuning import COMPOSED, tune_of
from lofi.radio.variations import alike

LEAST_SECONDS = 15.0
MOST = 200
"""How many are looked at, those unheard for longest first."""
ENOUGH_SECONDS = 60
"""Of a piece, to tell key and tempo by."""


class Favourites:
    """Looks them up, and remembers what it heard in them. Used by one thread at a time."""

    def __init__(self, library: Library, prompt: str) -> None:
        self._library = library
        self._prompt = prompt
        self._tunes: dict[str, Tune] = {}

    def find(self) -> tuple[Piece, ...]:
        """Those of the same mood, the longest unheard first; none if the library cannot be read.

        Listens to at most one that it does not know yet, which may take a second.
        """
        query = Query(favorite=True, sort=Sort.USED, descending=False, limit=MOST)
        try:
            entries = self._library.page(query).entries
        except LofiError:
            return ()
        suiting = [each for each in entries if self._suits(each)]
        for entry in suiting:
            if entry.id not in self._tunes:
                self._tunes[entry.id] = _heard(entry)
                break
        return tuple(self._piece(each) for each in suiting if each.id in self._tunes)

    def _suits(self, entry: Entry) -> bool:
        return entry.seconds >= LEAST_SECONDS and alike(self._prompt, [entry.recipe.prompt])

    def _piece(self, entry: Entry) -> Piece:
        return Piece(
            origin=Origin.FAVOURITE,
            prompt=entry.recipe.prompt,
            seed=entry.recipe.seed,
            track_id=entry.id,
            seconds=entry.seconds,
            tune=self._tunes[entry.id],
        )


def _heard(entry: Entry) -> Tune:
    frames = 0 if entry.recipe.backend == COMPOSED else ENOUGH_SECONDS * entry.sample_rate
    try:
        samples, rate = soundfile.read(
            Path(entry.path), frames=frames, dtype="float32", always_2d=True
        )
    except (OSError, soundfile.LibsndfileError):
        return Tune()
    return tune_of(entry.recipe, samples.T, rate)
