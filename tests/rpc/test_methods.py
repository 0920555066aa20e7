"""Every method, called with anything."""

import json
import os
from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lofi.backends
from fixtures.fakes import BACKENDS, INFERENCE
from lofi.config import Config
from lofi.device import Placement
from lofi.errors import LofiError
from lofi.hub.downloader import Downloader
from lofi.hub.progress import Step
from lofi.jobs.making import Means
from lofi.jobs.queue import Queue
from lofi.jobs.runner import Runner
from lofi.jobs.worker import Worker
from lofi.library.journal import Journal
from lofi.library.shelf import Library
from lofi.manifest import Manifest
from lofi.radio.prefetch import Prefetch
from lofi.rpc import broadcasting, delivery, messages, methods, playing
from lofi.rpc.desk import Desk
from lofi.rpc.methods import TABLE
from lofi.rpc.outbox import Outbox
from lofi.rpc.wire import Wire
from promises.manifest import promise

CASES = 25
"""For each method, by default; the long run tries many more."""


def nothing(_model: Manifest, _root: Path) -> Generator[Step, None, None]:
    """A download that is done at once."""
    yield from ()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Everything real, but no job ever begins."""
    root = tmp_path_factory.mktemp("desk")
    sink = os.open(os.devnull, os.O_WRONLY)
    outbox = Outbox(sink, lambda _reason: None)
    library = Library.open(root / "library")
    journal = Journal(library.store, library.folder, library.owner)
    config = Config(cache_path=root / "library", export_path=root / "music", default_backend="fake")
    means = Means(Worker(INFERENCE), library, journal, Placement(), config.weights, 0)
    path = lofi.backends.__path__
    lofi.backends.__path__ = [*path, str(BACKENDS)]
    wire = Wire(outbox)
    downloads = Downloader(root / "models", delivery.teller(wire), begin=nothing)
    runner, player = Runner(Queue(), means), playing.player(config, library, [])
    yield Desk(
        config=config,
        library=library,
        runner=runner,
        wire=wire,
        downloads=downloads,
        player=player,
        prefetch=Prefetch(runner, player, library.get, partial(playing.like, config)),
        radio=broadcasting.station(config, library, runner, player, wire),
        timer=broadcasting.timer(player, wire),
        started=0.0,
    )
    player.close()
    lofi.backends.__path__ = path
    outbox.close(10)
    library.close()
    os.close(sink)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**300), 10**300)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["fake", "procedural", "normal", "high", "wav", "0" * 16, "created", "asc", "musicgen"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


def sent(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Parameters of a method, each there or not, sensible or not, and foreign ones."""
    fields = dict.fromkeys(TABLE[name].params.model_fields, ANYTHING)
    foreign = st.dictionaries(st.text(max_size=8), ANYTHING, max_size=2)
    return st.builds(
        lambda known, other: other | known, st.fixed_dictionaries({}, optional=fields), foreign
    )


def outcome(desk: Desk, name: str, params: dict[str, Any]) -> None:
    """A result that has its shape and fits the wire, or an error with a name; nothing else."""
    try:
        result = methods.call(desk, name, params)
    except LofiError as error:
        if error.code == LofiError.code:
            raise
        messages.fault(messages.Fault.of(1, error))
    else:
        TABLE[name].result.model_validate_json(json.dumps(result))
        messages.reply(1, result)


@promise("wire:params", "wire:one-reply")
@pytest.mark.parametrize("name", TABLE)
def test_whatever_is_sent_the_answer_is_a_result_or_a_named_error(desk: Desk, name: str) -> None:
    @settings(
        max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(sent(name))
    def anything(params: dict[str, Any]) -> None:
        outcome(desk, name, params)

    anything()


@pytest.mark.slow
@promise("wire:params")
@pytest.mark.parametrize("name", TABLE)
def test_so_it_is_however_often_one_tries(desk: Desk, name: str) -> None:
    @settings(
        max_examples=500, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(sent(name))
    def anything(params: dict[str, Any]) -> None:
        outcome(desk, name, params)

    anything()


def error(desk: Desk, method: str, **params: object) -> str:
    with pytest.raises(LofiError) as caught:
        methods.call(desk, method, dict(params))  # type: ignore[arg-type]
    return caught.value.name


def test_the_first_fault_in_the_order_of_the_contract_wins(desk: Desk) -> None:
    wrong = {"prompt": "", "backend": "none", "duration_sec": -1}
    assert error(desk, "generate", **{**wrong, "seed": "x"}) == "INVALID_PARAMS"
    assert error(desk, "generate", **wrong) == "INVALID_BACKEND"
    assert error(desk, "generate", **{**wrong, "backend": "fake"}) == "INVALID_PROMPT"
    assert (
        error(desk, "generate", prompt="x", backend="fake", duration_sec=-1) == "INVALID_DURATION"
    )


def test_an_error_names_the_parameter_and_does_not_repeat_it(desk: Desk) -> None:
    with pytest.raises(LofiError) as caught:
        methods.call(desk, "queue_move", {"track_id": "0" * 16, "position": "SECRET"})
    assert "position" in caught.value.message
    assert "SECRET" not in caught.value.message


def test_names_of_backends_may_be_written_in_any_way(desk: Desk) -> None:
    for number, name in enumerate(["fake", "FAKE", " Fake ", "fa-ke", "f_a_k_e"]):
        result = methods.call(desk, "generate", {"prompt": "x", "backend": name, "seed": 1})
        assert result["backend"] == "fake"
        assert result["position"] == 0, number


def test_a_folder_that_cannot_be_made_is_an_error_of_the_disk(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    config = desk.config.model_copy(update={"export_path": tmp_path / "file" / "music"})
    broken = replace(desk, config=config)
    assert error(broken, "library_export", track_id="0" * 16) == "CACHE_WRITE_ERROR"
