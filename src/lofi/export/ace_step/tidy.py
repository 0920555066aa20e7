"""Changes to a traced graph: axes that every runtime reads, and what is said about it."""

from collections.abc import Mapping

from lofi.export.graph import Graph


def tidied(graph: Graph, notes: Mapping[str, str]) -> Graph:
    """``graph``, changed in place, with ``notes`` in its metadata."""
    for node in graph.model.graph.node:
        if node.op_type == "Transpose":  # onnxruntime refuses an axis of -1 there
            axes = node.attribute[0].ints
            axes[:] = [axis % len(axes) for axis in axes]
    for key, value in sorted(notes.items()):
        graph.model.metadata_props.add(key=key, value=value)
    return graph
