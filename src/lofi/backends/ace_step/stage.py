"""A graph that is in memory only while it is used, under names that do not depend on its file."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lofi.backends.onnx import FLOAT, INTEGER, SHORT, Array, Need, Session, Source, Tensor
from lofi.device import Grant, Placement
from lofi.errors import ModelInferenceFailed, ModelLoadFailed

Result = NDArray[np.float32]
HALF = "tensor(float16)"
NUMBERS = (*FLOAT, *INTEGER, *SHORT)
ANY = -1
"""The rank of what may have any."""


class Ports(NamedTuple):
    """What a graph takes and gives, in the order in which the published files have it."""

    inputs: Mapping[str, int]
    """Name and rank."""
    outputs: Mapping[str, int]
    extras: Mapping[str, int] = {}
    """Inputs that only some graphs have, always under this name; what is given is then used."""


class Stage:
    """One graph of the model."""

    def __init__(self, source: Source, placement: Placement, ports: Ports) -> None:
        """Open the graph to see that it can be used.

        Raises:
            ModelLoadFailed: the file cannot be used, or the device cannot.
        """
        self.name = source.file.name
        self._source = source
        self._placement = placement
        self._ports = ports
        self._session: Session | None = None
        session = self._opened()
        self.grant: Grant = session.grant
        self._inputs, self._outputs = _bound(session, ports)
        self._declared = {name: session.inputs[there] for name, there in self._inputs.items()}

    def declared(self, name: str) -> Tensor:
        """The input that the graph has under our name ``name``."""
        return self._declared[name]

    def takes(self, name: str) -> bool:
        """Whether the graph has this input of those that only some have."""
        return name in self._declared

    @property
    def any_rows(self) -> bool:
        """Whether it takes several rows at once."""
        return all(not isinstance(each.shape[0], int) for each in self._declared.values())

    def run(self, **feeds: Array) -> list[Result]:
        """All outputs in order, as float32; inputs are given in the types that the graph takes.

        Raises:
            GenerationCancelled: ``interrupt`` ended it.
            ModelInferenceFailed: the graph cannot be computed.
            ModelLoadFailed: the file cannot be used any more.
        """
        session = self._opened()
        given = {
            self._inputs[name]: feeds[name].astype(self._declared[name].dtype, copy=False)
            for name in self._inputs
        }
        results = session.run([self._outputs[name] for name in self._ports.outputs], given)
        return [np.asarray(each, np.float32) for each in results]

    def sized(self, result: Result, shape: tuple[int, ...]) -> Result:
        """``result``, which must be of this size; axes of length 1 may be left out.

        Raises:
            ModelInferenceFailed: it is not.
        """
        if result.size != int(np.prod(shape)):
            raise ModelInferenceFailed(f"{self.name} gave {result.shape} instead of {shape}")
        return result.reshape(shape)

    def open(self) -> None:
        """Bring it into memory now.

        Raises:
            ModelLoadFailed: the file cannot be used any more.
        """
        self._opened()

    @contextmanager
    def held(self) -> Generator[None, None, None]:
        """In memory for as long as this lasts, and not longer."""
        try:
            self._opened()
            yield
        finally:
            self.close()

    def close(self) -> None:
        """Give the memory back; the next run opens the graph again."""
        self._session = None

    def interrupt(self) -> None:
        """End a run in hand; safe from any thread."""
        session = self._session
        if session is not None:
            session.interrupt()

    def _opened(self) -> Session:
        session = self._session
        if session is None:
            session = self._session = Session(self._source, self._placement)
        return session


def _bound(session: Session, ports: Ports) -> tuple[dict[str, str], dict[str, str]]:
    """The graph's names for ours: the same where it has them all, else by their order.

    Raises:
        ModelLoadFailed: something is missing, unknown, or of another type or rank.
    """
    extras = [name for name in ports.extras if name in session.inputs]
    usual = {name: each for name, each in session.inputs.items() if name not in extras}
    inputs = _named(session, "input", ports.inputs, usual) | {name: name for name in extras}
    outputs = _named(session, "output", ports.outputs, session.outputs)
    session.demand(
        {
            inputs[name]: _need(rank, session.inputs[inputs[name]])
            for name, rank in {**ports.inputs, **ports.extras}.items()
            if name in inputs
        },
        {
            outputs[name]: _need(rank, session.outputs[outputs[name]])
            for name, rank in ports.outputs.items()
        },
    )
    return inputs, outputs


def _named(
    session: Session, kind: str, wanted: Mapping[str, int], there: Mapping[str, Tensor]
) -> dict[str, str]:
    if all(name in there for name in wanted):
        return {name: name for name in wanted}
    if len(there) < len(wanted):
        missing = next(name for name in wanted if name not in there)
        raise ModelLoadFailed(
            f"{session.path.name}: {kind} {missing} is missing",
            hint="this is not a file of a published export; download the model again",
        )
    return dict(zip(wanted, there, strict=False))


def _need(rank: int, there: Tensor) -> Need:
    return Need(NUMBERS, len(there.shape) if rank == ANY else rank)
