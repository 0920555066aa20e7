"""What there is to choose from, as text for people and as JSON for programs."""

import argparse
import json
from collections.abc import Callable
from contextlib import suppress
from itertools import groupby

from pydantic import JsonValue

from lofi import catalogue, config
from lofi.backends import registry
from lofi.backends.base import Backend
from lofi.cli import models, nvim
from lofi.cli.arguments import flags
from lofi.errors import BackendNotInstalled
from lofi.rpc.methods import described


def styles(arguments: argparse.Namespace) -> None:
    """Every style, by category."""
    every = catalogue.load().values()
    if arguments.json:
        print(json.dumps([style.model_dump(mode="json") for style in every]))
        return
    for category, members in groupby(every, key=lambda style: style.category):
        print(f"{category}:")
        for style in members:
            low, high = style.tempo_range
            print(
                f"  {style.id:<10} {style.name:<22} {low}-{high} bpm  {', '.join(style.base_tags)}"
            )


def backends(arguments: argparse.Namespace) -> None:
    """Every backend, installed or not, and which one ``auto`` would take."""
    settings = config.load(flags(arguments)).config
    choice = registry.choose(registry.AUTO, settings.weights)
    if arguments.json:
        entries: list[JsonValue] = [
            described(backend, settings.weights(backend.name)) for backend in registry.every()
        ]
        print(json.dumps({"backends": entries, "default_backend": choice.backend.name}))
        return
    for backend in registry.every():
        status = _version(backend, settings) or "not installed"
        low, high = backend.seconds[0], backend.seconds[-1]
        print(f"{backend.name}  [{status}]  {low}-{high} s, {backend.sample_rate} Hz")
        print(f"    {backend.summary}")
    print(f"auto takes {choice.backend.name}: {choice.reason}")


def _version(backend: Backend, settings: config.Config) -> str | None:
    with suppress(BackendNotInstalled):
        return backend.model_version(settings.weights(backend.name))
    return None


def settings(arguments: argparse.Namespace) -> None:
    """Every setting in force, and where it came from."""
    found = config.load(flags(arguments))
    values = found.config.model_dump(mode="json")
    if arguments.json:
        print(json.dumps({"file": str(config.default_file()), "settings": values}))
        return
    print(f"settings file: {config.default_file()}")
    for key, value in values.items():
        shown = "unset" if value is None else value
        print(f"{key:<18} {shown!s:<32} ({found.origins[key]})")


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "styles": styles,
    "backends": backends,
    "models": models.run,
    "config": settings,
    "nvim-path": nvim.path,
}
