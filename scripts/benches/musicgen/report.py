"""One run, from the models to the last table."""

import argparse
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import platformdirs
from scripts.benches import _machine as machine
from scripts.benches.musicgen import kernel, table, tools
from scripts.benches.musicgen.entrants import OURS, PEERS, Field
from scripts.benches.musicgen.models import Store
from scripts.benches.musicgen.race import Race
from scripts.benches.musicgen.racer import Entrant
from scripts.benches.musicgen.targets import LENGTH, targets

from lofi.errors import LofiError

SHORT = 10
"""Seconds that are not too long for anyone."""


def main(chosen: argparse.Namespace) -> None:
    """Measure and print."""
    store = Store(chosen.cache or _cache(), chosen.size, chosen.model)
    try:
        store.published()
    except tools.Absent as absent:
        sys.exit(f"bench: there is no model to measure, and none can be made: {absent}")
    except LofiError as error:
        sys.exit(f"bench: {error.message}; {error.hint}")
    memory = machine.Memory(chosen.threads or machine.cores())
    race = Race(chosen.patience)
    try:
        _run(race, memory, Field(store, chosen.threads), chosen)
    finally:
        race.close()
    _print(race, memory, chosen)


def _run(race: Race, memory: machine.Memory, field: Field, chosen: argparse.Namespace) -> None:
    memory.measure()
    names = [*_named(PEERS, chosen.peers), *_named(OURS, chosen.only or ["all"])]
    found = dict(field.entrants(names))  # models are made before anybody holds memory
    for name, entrant in found.items():
        if isinstance(entrant, tools.Absent):
            race.absent[name] = str(entrant)
        else:
            race.enter(entrant)
    for seconds in chosen.seconds:

        def skipped(entrant: Entrant, seconds: int = seconds) -> bool:
            return entrant.slow and seconds > SHORT and not chosen.full

        race.tracks(seconds, chosen.tracks, skipped)
    for position in chosen.positions:
        race.steps(position, chosen.rounds, chosen.steps)
    memory.measure()


def _named(every: Sequence[str], parts: Sequence[str]) -> list[str]:
    """Those whose names contain one of ``parts``."""
    return [name for name in every if "all" in parts or any(part in name for part in parts)]


def _cache() -> Path:
    return Path(platformdirs.user_cache_path("lofi-bench"))


def _print(race: Race, memory: machine.Memory, chosen: argparse.Namespace) -> None:
    every = race.figures
    what = f"the model in {chosen.model}" if chosen.model else f"{chosen.size}, random weights"
    print(f"{what}; guidance on; {platform.machine()}, {machine.cores()} cores", end="; ")
    print(f"onnxruntime {version('onnxruntime')}")
    print(f"memory: {memory.read:.1f} GB/s read, {memory.copied:.1f} GB/s copied", end="; ")
    rates = kernel.rates(chosen.threads or machine.cores())
    shown = ", ".join(f"{precision} {rate:.0f}" for precision, rate in rates.items())
    print(f"products whose weights are in the cache: {shown} GB/s")
    tables = [
        table.paces(every, chosen.positions, memory.read),
        *table.tracks(every, chosen.seconds, memory.read),
        table.memory(every),
        *table.ratios(every, chosen.positions, chosen.seconds),
    ]
    print(*tables, sep="\n")
    guessed = [
        name
        for name, each in every.items()
        if any(each.wall(length).reckoned for length in chosen.seconds)
    ]
    if guessed:
        names = ", ".join(guessed)
        print(f"\n~ reckoned from a shorter track and the paces: {names} (--full measures)")
    if LENGTH in chosen.seconds and chosen.size == "small" and not chosen.model:
        print("", *targets(every, memory.read), sep="\n")
    if chosen.profile:
        for name, each in every.items():
            best = each.best(max(chosen.seconds))
            if best is not None and "profile" in best:
                print(table.profile(name, best))
    print(f"\nabsent: {len(race.absent)}")
    for name, why in race.absent.items():
        print(f"  {name}: {why}")
