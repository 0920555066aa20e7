"""Writes the protocol's page and schema from the types of `lofi.rpc`; --check only compares."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from scripts.docs import playback_text, protocol_text
from scripts.docs.protocol_text import INTRODUCTION

from lofi import errors
from lofi.rpc import heard, messages, params, results
from lofi.rpc.methods import TABLE

DOC = Path(__file__).parents[2] / "doc"
Mode = Literal["validation", "serialization"]
Types = dict[str, tuple[type[BaseModel], type[BaseModel]]]
FAULTS = {
    messages.PARSE_ERROR: "the line is not JSON",
    messages.INVALID_REQUEST: "the message is no request",
    messages.METHOD_NOT_FOUND: "there is no such method",
    messages.INVALID_PARAMS: "a parameter is missing, of the wrong type or impossible",
    messages.INTERNAL_ERROR: "a fault of the daemon; its log says more",
}
METHODS = protocol_text.METHODS | playback_text.METHODS
ALIASES = protocol_text.ALIASES | playback_text.ALIASES
NOTIFICATIONS = protocol_text.NOTIFICATIONS | playback_text.NOTIFICATIONS
TOLD = results.NOTIFICATIONS | heard.NOTIFICATIONS
LIGHT: dict[str, type[params.Params]] = {
    "initialize": params.Initialize,
    "ping": params.Nothing,
    "shutdown": params.Nothing,
}


def methods() -> Types:
    """Parameters and result of each method."""
    light: Types = {name: (taken, results.LIGHT[name]) for name, taken in LIGHT.items()}
    return light | {name: (each.params, each.result) for name, each in TABLE.items()}


def schema() -> dict[str, Any]:
    """All types as one JSON schema."""
    taken: list[tuple[type[BaseModel], Mode]] = [(t, "validation") for t, _ in methods().values()]
    given: list[tuple[type[BaseModel], Mode]] = [
        (shape, "serialization")
        for shape in (*(given for _, given in methods().values()), *TOLD.values())
    ]
    found, shared = models_json_schema([*taken, *given], ref_template="#/$defs/{model}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lofi-daemon",
        "methods": {
            name: {"params": found[taken, "validation"], "result": found[given, "serialization"]}
            for name, (taken, given) in methods().items()
        },
        "notifications": {name: found[shape, "serialization"] for name, shape in TOLD.items()},
        "errors": {each.name: each.code for each in named_errors()},
        "$defs": shared["$defs"],
    }


def named_errors() -> list[type[errors.LofiError]]:
    """Errors of the application, by code."""
    found = [each for each in errors.BY_NAME.values() if each.code not in messages.RESERVED]
    return sorted(found, key=lambda each: -each.code)


def page() -> str:
    """The page for people."""
    return "\n".join([INTRODUCTION, *_methods(), *_notifications(), *_errors(), ""])


def _methods() -> Iterator[str]:
    yield "## Methods"
    for name, (taken, given) in methods().items():
        if name in ALIASES:
            yield f"\n### {name}\n\nAnother name of `{ALIASES[name]}`."
            continue
        text = METHODS[name]
        taken.model_validate(text.params)
        yield f"\n### {name}\n\n{text.summary}\n"
        if taken.model_fields:
            yield from _table(taken)
        call = {"jsonrpc": "2.0", "id": 1, "method": name, "params": text.params}
        yield _example(call, {"jsonrpc": "2.0", "id": 1, "result": _checked(given, text.result)})
        if text.errors:
            yield f"\nErrors: {', '.join(f'`{each}`' for each in text.errors)}."


def _notifications() -> Iterator[str]:
    yield "\n## Notifications"
    for name, shape in TOLD.items():
        text = NOTIFICATIONS[name]
        yield f"\n### {name}\n\n{text.summary}\n"
        yield from _table(shape)
        params = _checked(shape, text.params)
        yield _example({"jsonrpc": "2.0", "method": name, "params": params})


def _errors() -> Iterator[str]:
    yield "\n## Errors\n"
    yield "Errors of the application carry `data` with `error_code`, `recovery` and at times"
    yield "`details`; those of JSON-RPC (-32768 to -32100) never do.\n"
    yield "| code | `error_code` | when | recovery |\n| --- | --- | --- | --- |"
    for code, when in FAULTS.items():
        yield f"| {code} | | {when} | |"
    for each in named_errors():
        yield f"| {each.code} | `{each.name}` | {_first(each.__doc__)} | {each.recovery} |"


def _checked(shape: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    shape.model_validate(example)
    return example


def _table(shape: type[BaseModel]) -> Iterator[str]:
    described = shape.model_json_schema()
    required = set(described.get("required", ()))
    yield "| member | type | default | meaning |\n| --- | --- | --- | --- |"
    for name, each in described["properties"].items():
        default = "" if name in required else f"`{json.dumps(each.get('default'))}`"
        meaning = each.get("description", "")
        yield f"| `{name}` | {_type(each, described)} | {default} | {meaning} |"
    yield ""


def _type(each: dict[str, Any], root: dict[str, Any]) -> str:
    if "$ref" in each:
        target = root["$defs"][each["$ref"].rpartition("/")[2]]
        return _type(target, root) if "enum" in target else target["title"]
    if "anyOf" in each:
        return " or ".join(_type(part, root) for part in each["anyOf"])
    if "enum" in each:
        return ", ".join(f"`{value}`" for value in each["enum"])
    if "const" in each:
        return f"`{json.dumps(each['const'])}`"
    if each["type"] == "array":
        return f"list of {_type(each['items'], root)}"
    return str(each["type"]) + _bounds(each)


def _bounds(each: dict[str, Any]) -> str:
    low, high = each.get("minimum"), each.get("maximum")
    if low is None:
        return ""
    if "exclusiveMaximum" in each:
        return f" ≥ {low}, < 2^{each['exclusiveMaximum'].bit_length() - 1}"
    return f" ≥ {low}" if high is None else f" {low} to {high}"


def _example(*messages: dict[str, Any]) -> str:
    lines = "\n".join(json.dumps(message, ensure_ascii=False) for message in messages)
    return f"```json\n{lines}\n```"


def _first(text: str | None) -> str:
    line = (text or "").partition("\n")[0].rstrip(".")
    return line[:1].lower() + line[1:]


def main(arguments: list[str]) -> int:
    """Write both files, or say which of them is out of date."""
    check = "--check" in arguments
    folder = Path(arguments[-1]) if arguments and arguments[-1] != "--check" else DOC
    made = {
        "protocol.md": page(),
        "protocol.schema.json": json.dumps(schema(), indent=1, ensure_ascii=False) + "\n",
    }
    stale = [name for name, text in made.items() if not _is(folder / name, text)]
    for name in stale:
        print(f"{folder / name} is out of date; run scripts/protocol" if check else name)
        if not check:
            (folder / name).write_text(made[name], encoding="utf-8")
    return int(check and bool(stale))


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
