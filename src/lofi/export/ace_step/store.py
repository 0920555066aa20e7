"""Writes a graph under its published names: ``X.onnx``, and ``X_weights.bin`` where it is large."""

from pathlib import Path

import onnx

from lofi.export import graph
from lofi.export.graph import LIMIT, Graph


def write(made: Graph, path: Path, limit: int = LIMIT) -> list[Path]:
    """Write ``path``; weights of more than ``limit`` bytes go beside it.

    Returns:
        The files written.
    """
    files = graph.write(made, path, limit)
    if len(files) == 1:
        return files
    data = path.with_name(f"{path.stem}_weights.bin")
    files[1].rename(data)
    model = onnx.load(path, load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = data.name
    path.write_bytes(model.SerializeToString(deterministic=True))
    return [path, data]
