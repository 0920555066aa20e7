"""Opening and ending graphs, on ``power.onnx``: y = x @ identity, ``times`` times."""

import threading
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from fixtures import power
from lofi.backends import onnx as sessions
from lofi.backends.onnx import Session
from lofi.device import Device, Placement
from lofi.errors import GenerationCancelled, ModelLoadFailed

POWER = power.PATH
X = np.arange(16, dtype=np.float32).reshape(4, 4)


def feeds(times: int) -> dict[str, np.typing.NDArray[np.generic]]:
    return {"x": X, "times": np.array(times, np.int64)}


def test_the_committed_graph_is_the_one_its_script_makes() -> None:
    assert onnx.load(POWER) == power.model()


def test_a_graph_computes() -> None:
    (result,) = Session(POWER, Placement()).run(["y"], feeds(3))
    assert np.array_equal(result, X)


def test_what_was_got_is_read_back_and_explained() -> None:
    grant = Session(POWER, Placement(Device.AUTO)).grant
    assert grant.device in sessions.available()
    if grant.device is Device.CPU:
        assert "cuda: not in this build" in grant.reason
    assert Session(POWER, Placement(Device.CPU)).grant == (Device.CPU, "asked for")


def test_a_device_that_cannot_be_had_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "available", lambda: (Device.CPU,))
    with pytest.raises(ModelLoadFailed, match="cannot compute on metal") as caught:
        Session(POWER, Placement(Device.METAL))
    assert "--device auto or cpu" in caught.value.hint


def test_a_provider_that_fails_to_start_is_not_taken_at_its_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Fallen(onnxruntime.InferenceSession):  # type: ignore[misc]
        """What the runtime does when a driver is missing: the CPU, without a word."""

        def __init__(self, path: Path, options: object, providers: list[str]) -> None:
            super().__init__(path, options, providers=[providers[-1]])

    monkeypatch.setattr(sessions, "available", lambda: (Device.CUDA, Device.CPU))
    monkeypatch.setattr(onnxruntime, "InferenceSession", Fallen)
    grant = Session(POWER, Placement(Device.AUTO)).grant
    assert grant.device is Device.CPU
    assert "cuda: its driver or libraries are missing" in grant.reason
    with pytest.raises(ModelLoadFailed, match="driver or libraries"):
        Session(POWER, Placement(Device.CUDA))


def test_threads_are_handed_to_the_runtime() -> None:
    session = Session(POWER, Placement(Device.CPU, threads=1))
    options = session._session.get_session_options()
    assert options.intra_op_num_threads == 1


@pytest.mark.parametrize("content", [b"", b"not a graph", b"<html>", POWER.read_bytes()[:200]])
def test_a_file_that_is_no_graph_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "decoder.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelLoadFailed, match=r"cannot load decoder\.onnx"):
        Session(path, Placement(Device.CPU))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadFailed, match=r"cannot load decoder\.onnx"):
        Session(tmp_path / "decoder.onnx", Placement(Device.CPU))


def test_damaged_graphs_are_refused_or_run_but_never_crash(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    whole = POWER.read_bytes()
    path = tmp_path / "damaged.onnx"
    refused = 0
    for _ in range(200):
        content = bytearray(whole)
        content[rng.integers(len(whole))] ^= 1 << rng.integers(8)
        path.write_bytes(content)
        try:
            Session(path, Placement(Device.CPU))
        except ModelLoadFailed:
            refused += 1
    assert refused > 0


def test_a_run_is_ended_from_another_thread_and_the_session_stays_usable() -> None:
    """The run would take hours; only the interruption can end it."""
    session = Session(POWER, Placement(Device.CPU))
    begun = threading.Event()

    def interrupt() -> None:
        begun.wait()
        while session._options is None:
            pass
        session.interrupt()

    other = threading.Thread(target=interrupt)
    other.start()
    begun.set()
    with pytest.raises(GenerationCancelled):
        session.run(["y"], feeds(2**40))
    other.join()
    assert np.array_equal(session.run(["y"], feeds(1))[0], X)


def test_interrupting_nothing_does_nothing() -> None:
    session = Session(POWER, Placement(Device.CPU))
    session.interrupt()
    assert np.array_equal(session.run(["y"], feeds(1))[0], X)


def test_an_error_that_is_no_interruption_stays_what_it_is() -> None:
    session = Session(POWER, Placement(Device.CPU))
    with pytest.raises(Exception, match="nonsense"):
        session.run(["nonsense"], feeds(1))
