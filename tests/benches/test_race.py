"""Racers in turn, and what is made of their answers; the racers here are scripted."""

import math
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from scripts.benches.musicgen.figures import Figures, Guess
from scripts.benches.musicgen.race import Race
from scripts.benches.musicgen.racer import Entrant
from scripts.benches.musicgen.table import Table, number, paces, ratios, tracks
from scripts.benches.musicgen.targets import targets
from scripts.benches.musicgen.traffic import Traffic

SCRIPTED = """
import json, sys
always = {"took": 0.1, "foreign": None, "resident": 1.0, "peak": 1.0}
print(json.dumps(always), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked["do"] == DIES:
        sys.exit("out of breath")
    wall = asked.get("seconds", 0) / 2
    times = [0.01] * asked.get("count", 0)
    print(json.dumps(always | {"wall": wall, "times": times}), flush=True)
"""


def scripted(name: str, dies: str | None = None) -> Entrant:
    code = SCRIPTED.replace("DIES", repr(dies))
    return Entrant(name, (sys.executable, "-c", code), {}, None)


def figures(name: str, *, pace: dict[int, float], walls: dict[int, float]) -> Figures:
    windows: dict[int, list[dict[str, Any]]] = {
        position: [{"times": [1 / rate], "foreign": 0.0}] for position, rate in pace.items()
    }
    made = {
        seconds: [{"wall": wall, "first": wall, "steps": 1, "writing": 1.0, "foreign": 0.0}]
        for seconds, wall in walls.items()
    }
    entrant = Entrant(name, (), {}, Traffic(1e9, 1e6), peer=name.startswith("trans"))
    return Figures(entrant, {"resident": 500.0, "peak": 600.0, "took": 1.0}, windows, made)


def last(table: Table) -> list[str]:
    """The cells of the last row, which is that of a name of two words."""
    return str(table).splitlines()[-1].split()[2:]


def test_everyone_has_as_many_turns() -> None:
    race = Race(patience=0)
    for name in "abc":
        race.enter(scripted(name))
    race.tracks(10, 2, lambda entrant: entrant.name == "b")
    race.steps(100, 3, 5)
    race.close()
    assert race.absent == {}
    assert {name: len(each.windows[100]) for name, each in race.figures.items()} == dict.fromkeys(
        "abc", 3
    )
    assert [len(each.tracks.get(10, [])) for each in race.figures.values()] == [2, 0, 2]


@pytest.mark.parametrize("dies", ["track", "at", "steps"])
def test_one_that_dies_is_absent_with_its_last_words_and_the_others_go_on(dies: str) -> None:
    race = Race(patience=0)
    race.enter(scripted("weak", dies))
    race.enter(scripted("strong"))
    race.tracks(10, 1, lambda _: False)
    race.steps(0, 2, 5)
    race.close()
    assert race.absent == {"weak": "ended with 1: out of breath"}
    assert len(race.figures["strong"].windows[0]) == 2


def test_one_that_does_not_start_is_absent() -> None:
    race = Race(patience=0)
    race.enter(Entrant("none", ("/nonexistent/node",), {}, None))
    race.enter(
        Entrant("broken", (sys.executable, "-c", "raise ValueError('no such model')"), {}, None)
    )
    assert race.absent == {
        "none": "/nonexistent/node: No such file or directory",
        "broken": "ended with 1: ValueError: no such model",
    }


def test_the_best_window_counts_by_its_median() -> None:
    each = figures("x", pace={}, walls={})
    windows = ([0.1, 0.2, 0.9], [0.25, 0.25, 0.01])
    each.windows[0] = [{"times": times, "foreign": None} for times in windows]
    assert each.pace(0) == 5.0
    assert math.isnan(each.foreign)


def test_a_long_track_is_reckoned_from_a_short_one_as_steps_grow_slower() -> None:
    # 0.1 s a step at 0 and 0.2 s at 1,000: 500 steps take 62.5 s, 1,500 take 249.9.
    each = figures("x", pace={0: 10.0, 1000: 5.0}, walls={10: 1.1 * 62.475})
    assert each.wall(10) == Guess(1.1 * 62.475)
    stepping = sum(0.1 + 0.1 * min(step, 1000) / 1000 for step in range(1500))
    assert each.wall(30).value == pytest.approx(1.1 * stepping)
    assert number(each.wall(30), 0).startswith("~")


def test_nothing_is_reckoned_from_nothing() -> None:
    assert number(figures("x", pace={0: 1.0}, walls={}).wall(30)) == "-"
    assert number(figures("x", pace={}, walls={10: 1.0}).wall(30)) == "-"


def test_tables_relate_to_the_ceiling_and_to_each_peer() -> None:
    every = {
        "transformers fp32": figures("transformers fp32", pace={0: 5.0}, walls={30: 300.0}),
        "fused int8": figures("fused int8", pace={0: 20.0}, walls={30: 24.0}),
    }
    assert last(paces(every, [0], 40.0)) == ["20.0", "1,000", "40.0", "50", "%", "0.00"]
    assert last(tracks(every, [30], 40.0)[0])[:3] == ["24.0", "0.80", "24.0"]
    assert last(ratios(every, [0], [30])[0]) == ["4.0", "12.5"]


def test_targets_are_met_missed_or_not_measured() -> None:
    every = {
        "transformers fp32": figures("transformers fp32", pace={}, walls={30: 300.0}),
        "fused int8": figures("fused int8", pace={}, walls={30: 33.0}),
    }
    found = [each for each in targets(every, 40.0) if each.text.startswith("fused int8")]
    verdicts = {each.text.split(": ", 1)[1]: str(each) for each in found}
    assert verdicts["times transformers fp32 over 30 s"].endswith("9.09 >= 10    NOT met")
    assert verdicts["times transformers.js fp32 over 30 s"].endswith("not measured")
    assert "0.50 <= 0.75  met" in str(
        next(each for each in targets(every, 40.0) if "GB" in each.text)
    )
