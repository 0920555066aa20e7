"""Both decoder graphs in one file: ``decoder_model_merged.onnx``.

An ``If`` over ``use_cache_branch``; the weights stand once, in the outer graph, where both branches
see them. The cached branch has no keys and values of the prompt to give: it returns empty ones,
[0, heads, 1, size], as the published file does, and they must not replace those of the first pass.
"""

from collections.abc import Mapping

import onnx
from onnx import TensorProto, helper

from lofi.export.graph import Graph

SWITCH = "use_cache_branch"


def merged(first: Graph, cached: Graph) -> Graph:
    """One graph from the first pass and the cached step."""
    outputs = first.model.graph.output
    wanted = {value.name: value for value in outputs}
    branches = {
        "then_branch": _branch(cached, wanted, "with_past"),
        "else_branch": _branch(first, wanted, "no_past"),
    }
    choice = helper.make_node(
        "If", [SWITCH], list(wanted), name="choice", then_branch=branches["then_branch"],
        else_branch=branches["else_branch"],
    )  # fmt: skip
    own = {value.name: value for value in first.model.graph.input}
    inputs = [*own.values(), *(v for v in cached.model.graph.input if v.name not in own)]
    inputs.append(helper.make_tensor_value_info(SWITCH, TensorProto.BOOL, [1]))
    graph = helper.make_graph([choice], "merged", inputs, list(outputs))
    model = helper.make_model(
        graph, opset_imports=list(first.model.opset_import), ir_version=first.model.ir_version
    )
    return Graph(model, {**first.weights, **cached.weights})


def _branch(graph: Graph, wanted: Mapping[str, onnx.ValueInfoProto], name: str) -> onnx.GraphProto:
    source = graph.model.graph
    prefix = f"{name}/"
    given = {value.name for value in source.output}
    outside = {value.name for value in source.input} | set(graph.weights)
    inner = {out for node in source.node for out in node.output} - given
    nodes = [_renamed(node, prefix, inner) for node in source.node]
    outputs = []
    for key, value in wanted.items():
        outputs.append(_info(key, value))
        if key not in given:
            nodes.append(_empty(key, value))
    clash = inner & outside
    if clash:
        raise ValueError(f"names used inside and outside of a branch: {sorted(clash)[:3]}")
    return helper.make_graph(nodes, name, [], outputs)


def _renamed(node: onnx.NodeProto, prefix: str, inner: set[str]) -> onnx.NodeProto:
    """Two branches of one graph may not use one name for two values."""
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    copy.name = prefix + node.name
    copy.input[:] = [prefix + name if name in inner else name for name in node.input]
    copy.output[:] = [prefix + name if name in inner else name for name in node.output]
    return copy


def _info(name: str, value: onnx.ValueInfoProto) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, value.type.tensor_type.elem_type, None)


def _empty(name: str, value: onnx.ValueInfoProto) -> onnx.NodeProto:
    kind = value.type.tensor_type
    heads, width = kind.shape.dim[1].dim_value, kind.shape.dim[3].dim_value
    nothing = helper.make_tensor(name, kind.elem_type, [0, heads, 1, width], b"", raw=True)
    return helper.make_node("Constant", [], [name], name=name, value=nothing)
