"""Sound that is made elsewhere, heard as it is made."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from fixtures.sound import SECONDS, Stereo, pitch, sine
from lofi.playback.feed import Feed
from lofi.playback.outlet import Way
from lofi.sound.pcm import Signal


def coded(sound: Signal) -> bytes:
    data: bytes = np.rint(sound.T * 32_768).astype("<i2").tobytes()
    return data


class Listening(Stereo):
    """Hears all from when it is opened to when it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.sound: list[Signal] = []
        self.opening = threading.Event()

    def start(self, pull: object) -> None:
        super().start(pull)  # type: ignore[arg-type] # as it came
        self.opening.set()
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while (pull := self.pull) is not None:
            self.sound.append(pull(480, 0.05))


@pytest.mark.parametrize(("rate", "channels"), [(48_000, 2), (32_000, 1), (44_100, 2)])
def test_it_is_heard_to_its_end_at_its_pitch(rate: int, channels: int) -> None:
    stereo = Listening()
    feed = Feed([Way("stereo", lambda _device: stereo)], None, channels, rate)
    data = coded(sine(440, 2.0, rate, channels=channels))
    blocks = [data[at : at + 16_384] for at in range(0, len(data), 16_384)]
    assert feed.play(blocks) is None
    sound = np.concatenate(stereo.sound, axis=1)
    heard = sound[:, np.abs(sound[0]) > 1e-3]
    assert heard.shape[1] == pytest.approx(96_000, rel=0.02)
    assert pitch(sound[0]) == pytest.approx(440, abs=0.5)


def test_without_an_output_it_says_why() -> None:
    stereo = Stereo()
    stereo.works = False
    feed = Feed([Way("stereo", lambda _device: stereo)], None, 2, 48_000)
    assert feed.play([bytes(4)]) == "no sound: stereo: it is unplugged"


def test_who_is_silenced_plays_no_more() -> None:
    stereo = Listening()
    feed = Feed([Way("stereo", lambda _device: stereo)], None, 2, 48_000)

    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(16_384)

    player = threading.Thread(target=feed.play, args=(endless(),), daemon=True)
    player.start()
    assert stereo.opening.wait(SECONDS)
    feed.silence()
    assert stereo.pull is None


def test_an_output_that_breaks_down_ends_it() -> None:
    stereo = Stereo()
    feed = Feed([Way("stereo", lambda _device: stereo)], None, 2, 48_000)

    def breaking() -> Iterator[bytes]:
        yield bytes(16_384)
        stereo.trouble = "unplugged"
        yield bytes(16_384)

    assert feed.play(breaking()) == "unplugged"
