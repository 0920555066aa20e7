"""Eviction: the budget, and who is spared."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from library.making import comment, keep, new, part, track_id, wav
from lofi.errors import WriteFailed
from lofi.library.shelf import Library

SIZE = len(wav(100, comment(0)))
ID = st.integers(0, 9)


class Eviction(RuleBasedStateMachine):
    """Any sequence of uses, against a list of ids in order of use."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.library = Library.open(Path(self.folder.name), max_bytes=4 * SIZE, max_tracks=5)
        self.order: list[int] = []
        self.favorites: set[int] = set()
        self.protected: set[int] = set()

    def used(self, number: int) -> None:
        self.order.remove(number)
        self.order.append(number)

    @rule(number=ID, protect=st.frozensets(ID, max_size=3))
    def keep(self, number: int, protect: frozenset[int]) -> None:
        source = part(self.library, number)
        self.library.keep(source, new(number), {track_id(each) for each in protect})
        if number in self.order:
            self.order.remove(number)
        self.order.append(number)
        for each in list(self.order):
            if len(self.order) <= 4:
                break
            if each not in self.favorites | protect | {number}:
                self.order.remove(each)

    @rule(number=ID)
    def find(self, number: int) -> None:
        assert (self.library.find(track_id(number)) is not None) == (number in self.order)
        if number in self.order:
            self.used(number)

    @rule(number=ID, on=st.booleans())
    def favorite(self, number: int, on: bool) -> None:
        if number in self.order:
            self.library.favorite(track_id(number), on=on)
            (self.favorites.add if on else self.favorites.discard)(number)

    @rule(number=ID)
    def delete(self, number: int) -> None:
        if number in self.order:
            self.library.delete(track_id(number))
            self.order.remove(number)
            self.favorites.discard(number)

    @rule()
    def restart(self) -> None:
        self.library.close()
        self.library = Library.open(Path(self.folder.name), max_bytes=4 * SIZE, max_tracks=5)

    @invariant()
    def rows_files_and_model_agree(self) -> None:
        with self.library.store.read() as connection:
            found = connection.execute("SELECT id FROM track ORDER BY used").fetchall()
            assert not connection.execute("SELECT * FROM leaving").fetchall()
        assert [int(name, 16) for (name,) in found] == self.order
        files = {path.name for path in self.library.folder.tracks.iterdir()}
        assert files == {f"{track_id(number)}.wav" for number in self.order}

    def teardown(self) -> None:
        self.library.close()
        self.folder.cleanup()


TestEviction = Eviction.TestCase
TestEviction.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)


def test_a_track_larger_than_the_budget_stays_until_the_next(tmp_path: Path) -> None:
    library = Library.open(tmp_path, max_bytes=SIZE - 1)
    keep(library, 1)
    assert library.find(track_id(1))
    keep(library, 2)
    assert [path.stem for path in library.folder.tracks.iterdir()] == [track_id(2)]
    library.close()


def test_without_a_budget_nothing_leaves(tmp_path: Path) -> None:
    library = Library.open(tmp_path, max_bytes=None)
    for number in range(20):
        keep(library, number)
    assert library.stats()["count"] == 20
    library.close()


@settings(max_examples=8, deadline=None)
@given(limit=st.integers(1, 5), count=st.integers(1, 12))
def test_never_more_tracks_than_the_limit(
    limit: int, count: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    library = Library.open(tmp_path_factory.mktemp("limit"), max_tracks=limit)
    for number in range(count):
        keep(library, number)
        assert library.stats()["count"] == min(limit, number + 1)
    library.close()


def test_a_file_that_cannot_be_removed_goes_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library.open(tmp_path)
    path = Path(keep(library, 1).path)
    with monkeypatch.context() as patch:

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        patch.setattr(Path, "unlink", refuse)
        library.delete(track_id(1))
    assert path.exists()
    assert library.find(track_id(1)) is None
    library.close()
    again = Library.open(tmp_path)
    assert not path.exists()
    assert again.find(track_id(1)) is None
    again.close()


def test_a_failing_eviction_does_not_fail_the_new_track(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library.open(tmp_path, max_tracks=1)
    keep(library, 1)

    def refuse(*_: object) -> None:
        raise WriteFailed("no")

    monkeypatch.setattr("lofi.library.departure.remove", refuse)
    assert keep(library, 2).id == track_id(2)
    assert library.stats()["count"] == 2
    library.close()
