"""What single backends understand, as options of the command line; read from their schemas."""

import argparse
from typing import Any

from lofi.backends import registry

PREFIX = "option of a backend: "
"""Before the names in the namespace, where ours are words."""
METAVARS = {"integer": "N", "number": "X", "boolean": "yes|no", "string": "TEXT"}


def add(parser: argparse.ArgumentParser) -> None:
    """Let the parser know what every backend declares; what several do is one option."""
    group = parser.add_argument_group("options of single backends")
    for name, schemas in _declared().items():
        meanings = (f"{backend}: {each.get('description', '')}" for backend, each in schemas)
        group.add_argument(
            f"--{name.replace('_', '-')}",
            dest=f"{PREFIX}{name}",
            metavar=_metavar(schemas[0][1]),
            help="; ".join(meanings).replace("%", "%%"),
        )


def given(arguments: argparse.Namespace) -> dict[str, str]:
    """What the command line says about them, as text, by their names."""
    return {
        name.removeprefix(PREFIX): text
        for name, text in vars(arguments).items()
        if name.startswith(PREFIX) and text is not None
    }


def _declared() -> dict[str, list[tuple[str, dict[str, Any]]]]:
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for backend in registry.every():
        for name, schema in backend.options.model_json_schema().get("properties", {}).items():
            found.setdefault(name, []).append((backend.name, schema))
    return found


def _metavar(schema: dict[str, Any]) -> str:
    """By the first kind of value that it takes, null left out."""
    if "enum" in schema:
        return "|".join(map(str, schema["enum"]))
    choices = (schema, *schema.get("anyOf", ()))
    if any("$ref" in each for each in choices):  # the only type with a name is a clip
        return "FILE"
    kinds = [each.get("type") for each in choices]
    return next((METAVARS[kind] for kind in kinds if kind in METAVARS), "VALUE")
