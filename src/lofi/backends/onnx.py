"""The only module that opens ONNX graphs: on which device, with how many threads, and how a
running one is ended from outside. Knows nothing of music."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onnxruntime
from numpy.typing import NDArray

from lofi.device import Device, Grant, Placement
from lofi.errors import GenerationCancelled, ModelLoadFailed

PROVIDERS = {
    Device.CUDA: "CUDAExecutionProvider",
    Device.METAL: "CoreMLExecutionProvider",
    Device.CPU: "CPUExecutionProvider",
}
"""Fastest first: the order in which ``auto`` tries them."""
FATAL = 3
"""Log severity: what matters comes back as an exception, so the log need not repeat it."""

Array = NDArray[Any]


class Session:
    """One graph in memory. Used by one thread; ``interrupt`` may be called from any."""

    def __init__(self, path: Path, placement: Placement) -> None:
        """Open the graph at ``path``.

        Raises:
            ModelLoadFailed: the file is no graph that this runtime can read, or the device that
                was asked for cannot be had.
        """
        self._session, self.grant = _opened(path, placement)
        self._options: onnxruntime.RunOptions | None = None

    def run(self, outputs: Sequence[str], feeds: Mapping[str, Array]) -> list[Array]:
        """Compute the named outputs.

        Raises:
            GenerationCancelled: ``interrupt`` ended it.
        """
        options = onnxruntime.RunOptions()
        self._options = options
        try:
            results: list[Array] = self._session.run(list(outputs), dict(feeds), options)
        except Exception:
            if options.terminate:
                raise GenerationCancelled("interrupted") from None
            raise
        finally:
            self._options = None
        return results

    def interrupt(self) -> None:
        """End the run in hand, if there is one, at its next node; the session stays usable."""
        options = self._options
        if options is not None:
            options.terminate = True


def available() -> tuple[Device, ...]:
    """The devices this installation of the runtime was built for; a driver may still be missing."""
    built = set(onnxruntime.get_available_providers())
    return tuple(device for device, provider in PROVIDERS.items() if provider in built)


def _opened(path: Path, placement: Placement) -> tuple[onnxruntime.InferenceSession, Grant]:
    asked = placement.device
    wanted = PROVIDERS if asked is Device.AUTO else [asked]
    missing: list[str] = []
    for device in wanted:
        if device not in available():
            missing.append(f"{device}: not in this build of onnxruntime")
            continue
        session = _session(path, device, placement.threads)
        # A provider that fails to start is replaced in silence: ask what is really there.
        if session.get_providers()[0] == PROVIDERS[device]:
            return session, Grant(device, _reason(asked, missing))
        missing.append(f"{device}: its driver or libraries are missing")
    raise ModelLoadFailed(
        f"cannot compute on {asked} ({'; '.join(missing)})",
        hint="use --device auto or cpu, or install the runtime for that device",
    )


def _session(path: Path, device: Device, threads: int | None) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = FATAL
    if threads is not None:
        options.intra_op_num_threads = threads
    providers = list(dict.fromkeys((PROVIDERS[device], PROVIDERS[Device.CPU])))
    try:
        return onnxruntime.InferenceSession(path, options, providers=providers)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - its exceptions share no base class
        reason = str(error).splitlines()[0][:200]
        raise ModelLoadFailed(f"cannot load {path.name}: {reason}") from None


def _reason(asked: Device, missing: Sequence[str]) -> str:
    if asked is not Device.AUTO:
        return "asked for"
    return "; ".join(missing) or "the fastest there is"
