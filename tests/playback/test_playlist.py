"""What follows what."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lofi.playback.playlist import Loop, Playlist

KEYS = tuple("abcdef")


def filled(keys: str = "abcd", seed: int = 0) -> Playlist:
    playlist = Playlist(seed)
    playlist.replace(keys)
    return playlist


def played(playlist: Playlist, count: int) -> str:
    """What is heard if each is played to its end."""
    heard = ""
    for _ in range(count):
        key = playlist.ahead()
        if key is None:
            break
        playlist.go(key)
        heard += key
    return heard


def test_each_follows_the_one_before_it_and_the_end_is_the_end() -> None:
    playlist = filled()
    assert played(playlist, 9) == "abcd"
    assert playlist.index == 3
    assert playlist.ahead() is None


def test_a_loop_over_all_begins_again() -> None:
    playlist = filled()
    playlist.loop = Loop.ALL
    assert played(playlist, 9) == "abcdabcda"


def test_a_loop_over_one_goes_on_only_when_asked() -> None:
    playlist = filled()
    playlist.loop = Loop.ONE
    assert played(playlist, 3) == "aaa"
    assert playlist.ahead(asked=True) == "b"


def test_the_way_back_leads_to_the_beginning() -> None:
    playlist = filled()
    played(playlist, 3)
    assert [playlist.back() for _ in range(3)] == ["b", "a", None]
    assert playlist.current == "a"


@given(st.integers(0, 2**32), st.sets(st.sampled_from(KEYS), min_size=1))
def test_shuffled_each_is_played_once_a_round(seed: int, keys: set[str]) -> None:
    playlist = filled("".join(sorted(keys)), seed)
    playlist.set_shuffle(on=True)
    playlist.loop = Loop.ALL
    size = len(keys)
    heard = played(playlist, 4 * size)
    for round_ in range(4):
        assert set(heard[round_ * size : (round_ + 1) * size]) == keys
    if size > 1:
        assert all(one != other for one, other in pairwise(heard))


def test_without_a_loop_a_shuffled_list_ends_after_one_round() -> None:
    playlist = filled()
    playlist.set_shuffle(on=True)
    assert sorted(played(playlist, 9)) == list("abcd")


@given(st.integers(0, 2**32))
def test_shuffled_the_way_back_is_the_way_that_was_gone(seed: int) -> None:
    playlist = filled("abcdef", seed)
    playlist.set_shuffle(on=True)
    heard = played(playlist, 5)
    assert "".join(playlist.back() or "" for _ in range(4)) == heard[3::-1]
    assert played(playlist, 4) == heard[1:]


def test_orders_differ() -> None:
    orders = set()
    for seed in range(30):
        playlist = filled(seed=seed)
        playlist.set_shuffle(on=True)
        orders.add(played(playlist, 4))
    assert len(orders) > 5


def test_after_the_current_one_is_removed_its_successor_follows() -> None:
    playlist = filled()
    played(playlist, 2)
    playlist.remove("b")
    assert (playlist.current, playlist.index) == (None, None)
    assert playlist.ahead() == "c"


def test_one_that_is_put_in_again_is_moved() -> None:
    playlist = filled()
    played(playlist, 2)
    playlist.add("d", 0)
    assert playlist.keys == tuple("dabc")
    assert (playlist.current, playlist.index) == ("b", 2)


class Orders(RuleBasedStateMachine):
    """Whatever is done, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.playlist = Playlist(1)

    @rule(key=st.sampled_from(KEYS), place=st.integers(0, 6))
    def add(self, key: str, place: int) -> None:
        others = len(set(self.playlist.keys) - {key})
        self.playlist.add(key, min(place, others))
        assert self.playlist.keys[min(place, others)] == key

    @precondition(lambda self: self.playlist.keys)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        self.playlist.remove(data.draw(st.sampled_from(self.playlist.keys)))

    @precondition(lambda self: self.playlist.keys)
    @rule(data=st.data())
    def go(self, data: st.DataObject) -> None:
        self.playlist.go(data.draw(st.sampled_from(self.playlist.keys)))

    @rule(asked=st.booleans())
    def forth(self, asked: bool) -> None:
        key = self.playlist.ahead(asked=asked)
        assert key == self.playlist.ahead(asked=asked)
        if key is not None:
            self.playlist.go(key)
            assert self.playlist.current == key

    @rule()
    def back(self) -> None:
        behind = self.playlist.behind
        assert self.playlist.back() == behind
        if behind is not None:
            assert self.playlist.current == behind

    @rule(loop=st.sampled_from(Loop), on=st.booleans())
    def arrange(self, loop: Loop, on: bool) -> None:
        self.playlist.loop = loop
        self.playlist.set_shuffle(on)

    @invariant()
    def is_in_order(self) -> None:
        playlist = self.playlist
        assert len(set(playlist.keys)) == len(playlist.keys)
        if playlist.current is not None:
            assert playlist.index is not None
            assert playlist.keys[playlist.index] == playlist.current
        assert playlist.ahead() in {None, *playlist.keys}
        assert playlist.behind in {None, *playlist.keys}
        if playlist.keys and playlist.loop is not Loop.OFF:
            assert playlist.ahead() is not None


TestOrders = Orders.TestCase
