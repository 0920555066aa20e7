"""The only module that opens ONNX graphs: on which device, with how many threads, and how a
running one is ended from outside. Knows nothing of music."""

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from lofi.device import Device, Grant, Placement
from lofi.errors import GenerationCancelled, ModelInferenceFailed, ModelLoadFailed

PROVIDERS = {
    Device.CUDA: "CUDAExecutionProvider",
    Device.METAL: "CoreMLExecutionProvider",
    Device.CPU: "CPUExecutionProvider",
}
"""Fastest first: the order in which ``auto`` tries them."""
WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path"
FATAL = 4
"""Log severity: what matters comes back as an exception, so the log need not repeat it."""

FLOAT = ("tensor(float)", "tensor(float16)")
INTEGER = ("tensor(int64)",)
SHORT = ("tensor(int32)",)
CODE = ("tensor(int8)",)
"""Types a graph may declare for an input or output."""

Array = NDArray[Any]
Value: TypeAlias = onnxruntime.OrtValue
"""A tensor that the runtime holds: what one run gives, the next can take without a copy."""


class Tensor(NamedTuple):
    """An input or an output as the graph declares it."""

    kind: str
    """``tensor(float)``, ``tensor(float16)``, ``tensor(int64)``, ``tensor(bool)`` ..."""
    shape: tuple[int | str | None, ...]
    """Names and None are sizes that are free."""

    @property
    def dtype(self) -> type[np.generic]:
        """The numpy type of its elements."""
        return _DTYPES[self.kind]


_DTYPES: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(int8)": np.int8,
}


class Need(NamedTuple):
    """What an input or output must be."""

    kinds: tuple[str, ...]
    rank: int


class Source(NamedTuple):
    """What to open."""

    file: Path
    graph: bytes | None = None
    """A graph to open in its place, whose weights lie in the folder of ``file``."""
    prepacked: bool = True
    """Copy the weights into the order that is fastest. Without, they are read where they lie, and
    if that is a file they are mapped: it suits a graph that is run seldom."""
    aside: bool = False
    """Runs beside another graph, which needs the processors more: on half of them, without waiting
    busily, and without keeping memory between runs."""


class Session:
    """One graph in memory. Used by one thread; ``interrupt`` may be called from any."""

    def __init__(self, source: Path | Source, placement: Placement) -> None:
        """Open a graph.

        Raises:
            ModelLoadFailed: the file is no graph that this runtime can read, or the device that
                was asked for cannot be had.
        """
        opened = source if isinstance(source, Source) else Source(source)
        self.path = opened.file
        self._session, self.grant = _opened(opened, placement)
        self._options: onnxruntime.RunOptions | None = None
        self.inputs = _declared(self._session.get_inputs())
        self.outputs = _declared(self._session.get_outputs())

    def demand(self, inputs: Mapping[str, Need], outputs: Mapping[str, Need]) -> None:
        """Make sure that the graph is the one it is taken for.

        Raises:
            ModelLoadFailed: an input or output is missing, or of another type or rank; or there
                is an input that nothing is known of.
        """
        for kind, needs, there in (
            ("input", inputs, self.inputs),
            ("output", outputs, self.outputs),
        ):
            for name, need in needs.items():
                problem = _problem(there.get(name), need)
                if problem:
                    raise ModelLoadFailed(
                        f"{self.path.name}: {kind} {name} {problem}",
                        hint="this is not a file of a published export; download the model again",
                    )
        unknown = next((name for name in self.inputs if name not in inputs), None)
        if unknown is not None:
            raise ModelLoadFailed(f"{self.path.name}: there is an unknown input {unknown}")

    def run(self, outputs: Sequence[str], feeds: Mapping[str, Array]) -> list[Array]:
        """Compute the named outputs.

        Raises:
            GenerationCancelled: ``interrupt`` ended it.
            ModelInferenceFailed: the graph cannot be computed on these inputs.
        """
        with self._interruptible() as options:
            results: list[Array] = self._session.run(list(outputs), dict(feeds), options)
        return results

    def run_values(self, outputs: Sequence[str], feeds: Mapping[str, Value]) -> list[Value]:
        """Compute the named outputs and leave them with the runtime.

        Raises:
            GenerationCancelled: ``interrupt`` ended it.
            ModelInferenceFailed: the graph cannot be computed on these inputs.
        """
        with self._interruptible() as options:
            results: list[Value] = self._session.run_with_ort_values(
                list(outputs), dict(feeds), options
            )
        return results

    def bind(self, inputs: Mapping[str, Array], outputs: Mapping[str, Array]) -> "Binding":
        """Tie arrays to the graph: runs read and write them where they are.

        An array may be an input and an output at once, where the graph changes it in place. The
        arrays must be contiguous, and may be filled anew between runs.
        """
        binding = self._session.io_binding()
        for arrays, tie in ((inputs, binding.bind_input), (outputs, binding.bind_output)):
            for name, array in arrays.items():
                tie(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        return Binding(self, binding, (*inputs.values(), *outputs.values()))

    def run_bound(self, binding: onnxruntime.IOBinding, *, tidy: bool) -> None:
        """Compute what is bound; see ``Binding.run``."""
        with self._interruptible() as options:
            if tidy:
                options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
            self._session.run_with_iobinding(binding, options)

    def interrupt(self) -> None:
        """End the run in hand, if there is one, at its next node; the session stays usable."""
        options = self._options
        if options is not None:
            options.terminate = True

    @contextmanager
    def _interruptible(self) -> Generator[onnxruntime.RunOptions, None, None]:
        options = onnxruntime.RunOptions()
        self._options = options
        try:
            yield options
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - its exceptions share no base class
            if options.terminate:
                raise GenerationCancelled("interrupted") from None
            raise ModelInferenceFailed(f"{self.path.name} failed: {_first_line(error)}") from None
        finally:
            self._options = None


class Binding:
    """Arrays that a session reads and writes without copies."""

    def __init__(
        self, session: Session, binding: onnxruntime.IOBinding, arrays: tuple[Array, ...]
    ) -> None:
        self._session = session
        self._binding = binding
        self._arrays = arrays
        """Kept alive as long as the runtime knows their addresses."""

    def run(self, *, tidy: bool = False) -> None:
        """Compute.

        Args:
            tidy: give the memory back that a run of unusual size needed.

        Raises:
            GenerationCancelled: ``interrupt`` of the session ended it.
            ModelInferenceFailed: the graph cannot be computed on these inputs.
        """
        self._session.run_bound(self._binding, tidy=tidy)


def value(array: Array) -> Value:
    """A tensor of the runtime's own with the content of ``array``."""
    return Value.ortvalue_from_numpy(array)


def available() -> tuple[Device, ...]:
    """The devices this installation of the runtime was built for; a driver may still be missing."""
    built = set(onnxruntime.get_available_providers())
    return tuple(device for device, provider in PROVIDERS.items() if provider in built)


def best(asked: Device) -> Device:
    """The device that will be tried first when this one is asked for."""
    return available()[0] if asked is Device.AUTO else asked


def _opened(source: Source, placement: Placement) -> tuple[onnxruntime.InferenceSession, Grant]:
    asked = placement.device
    wanted = PROVIDERS if asked is Device.AUTO else [asked]
    missing: list[str] = []
    for device in wanted:
        if device not in available():
            missing.append(f"{device}: not in this build of onnxruntime")
            continue
        session = _session(source, device, placement.threads)
        # A provider that fails to start is replaced in silence: ask what is really there.
        if session.get_providers()[0] == PROVIDERS[device]:
            return session, Grant(device, _reason(asked, missing))
        missing.append(f"{device}: its driver or libraries are missing")
    raise ModelLoadFailed(
        f"cannot compute on {asked} ({'; '.join(missing)})",
        hint="use --device auto or cpu, or install the runtime for that device",
    )


def _session(source: Source, device: Device, threads: int | None) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = FATAL
    if threads is not None:
        options.intra_op_num_threads = threads
    if source.aside:
        options.intra_op_num_threads = max(1, (threads or os.cpu_count() or 1) // 2)
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if not source.prepacked:
        options.add_session_config_entry("session.disable_prepacking", "1")
    if source.graph is not None:
        options.add_session_config_entry(WEIGHTS_FOLDER, str(source.file.resolve().parent))
    providers = list(dict.fromkeys((PROVIDERS[device], PROVIDERS[Device.CPU])))
    try:
        return onnxruntime.InferenceSession(
            source.file if source.graph is None else source.graph, options, providers=providers
        )
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - its exceptions share no base class
        raise ModelLoadFailed(f"cannot load {source.file.name}: {_first_line(error)}") from None


def _problem(found: Tensor | None, need: Need) -> str | None:
    if found is None:
        return "is missing"
    if found.kind not in need.kinds:
        return f"is {found.kind} instead of {' or '.join(need.kinds)}"
    if len(found.shape) != need.rank:
        return f"has {len(found.shape)} axes instead of {need.rank}"
    return None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _declared(nodes: Sequence[onnxruntime.NodeArg]) -> Mapping[str, Tensor]:
    return {node.name: Tensor(node.type, tuple(node.shape)) for node in nodes}


def _reason(asked: Device, missing: Sequence[str]) -> str:
    if asked is not Device.AUTO:
        return "asked for"
    return "; ".join(missing) or "the fastest there is"
