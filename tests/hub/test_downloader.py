"""The thread that downloads."""

import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from fixtures.daemon import until
from fixtures.hub import Hub
from lofi.errors import ModelDownloadFailed
from lofi.hub.downloader import Arrived, Broke, Downloader, Event
from lofi.hub.progress import Meter, Phase, Step
from lofi.manifest import Manifest


class Scripted:
    """Downloads that go on when they are told to."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun: list[str] = []
        self.fail: Exception | None = None

    def __call__(self, model: Manifest, _root: Path) -> Generator[Step, None, None]:
        self.begun.append(model.name)
        meter = Meter({"a": 1})
        while not self.go.wait(0.01):
            yield meter.at(Phase.FETCHING, "a")
        if self.fail is not None:
            raise self.fail
        yield meter.settle("a")


@pytest.fixture
def script() -> Iterator[Scripted]:
    running = Scripted()
    yield running
    running.go.set()


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def downloader(script: Scripted, told: list[Event], tmp_path: Path) -> Downloader:
    return Downloader(tmp_path, told.append, script)


@pytest.fixture
def named(hub: Hub) -> Callable[[str], Manifest]:
    return lambda name: hub.model(name=name)


def ends(told: list[Event]) -> list[Event]:
    return [each for each in told if isinstance(each, Arrived | Broke)]


Named = Callable[[str], Manifest]


def test_downloads_go_one_after_another(
    downloader: Downloader, script: Scripted, told: list[Event], named: Named
) -> None:
    assert downloader.start(named("one"))
    assert not downloader.start(named("one"))
    assert downloader.start(named("two"))
    assert downloader.state("two") == "downloading"
    assert until(lambda: script.begun == ["one"])
    script.go.set()
    assert until(lambda: len(ends(told)) == 2)
    assert [each.model.name for each in ends(told)] == ["one", "two"]
    assert until(lambda: not downloader.busy)
    assert downloader.start(named("one"))
    assert until(lambda: len(ends(told)) == 3)


def test_each_can_be_given_up_waiting_or_not(
    downloader: Downloader, told: list[Event], named: Named
) -> None:
    downloader.start(named("one"))
    downloader.start(named("two"))
    assert downloader.cancel("two")
    assert not downloader.cancel("two")
    assert not downloader.cancel("three")
    assert downloader.cancel("one")
    assert until(lambda: len(ends(told)) == 2)
    for each in ends(told):
        assert isinstance(each, Broke)
        assert each.error.name == "DOWNLOAD_CANCELLED"
    assert downloader.state("one") is None


@pytest.mark.parametrize(
    ("fault", "name"),
    [(ModelDownloadFailed("no"), "MODEL_DOWNLOAD_FAILED"), (RuntimeError("x"), "INTERNAL_ERROR")],
)
def test_a_failure_is_told_and_remembered_until_the_next_attempt(
    downloader: Downloader,
    script: Scripted,
    told: list[Event],
    named: Named,
    fault: Exception,
    name: str,
) -> None:
    script.fail = fault
    script.go.set()
    downloader.start(named("one"))
    assert until(lambda: bool(ends(told)))
    (end,) = ends(told)
    assert isinstance(end, Broke)
    assert end.error.name == name
    assert downloader.state("one") == "error"
    assert downloader.problem("one") == end.error.message
    script.fail = None
    downloader.start(named("one"))
    assert until(lambda: len(ends(told)) == 2)
    assert downloader.state("one") is None


def test_nothing_is_begun_or_told_after_the_stop(
    downloader: Downloader, script: Scripted, told: list[Event], named: Named
) -> None:
    downloader.start(named("one"))
    assert until(lambda: script.begun == ["one"])
    downloader.stop()
    threads = [each for each in threading.enumerate() if each.name == "downloader"]
    for each in threads:
        each.join(10)
    assert not downloader.start(named("two"))
    assert ends(told) == []
