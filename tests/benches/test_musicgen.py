"""``scripts/bench musicgen`` on a tiny model: every row and every column, and what is absent."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.musicgen import MERGED
from lofi.optimize.packing import Precision

sys.path.insert(0, str(Path(__file__).parents[2]))

from scripts.benches.musicgen.models import Store

ROOT = Path(__file__).parents[2]
OURS = ["published fp32", "fused fp32", "fused int8", "fused int4"]
TRACK = "real time|sound at s|steps/s|reached|in runtime"
TABLES = {
    "steps per second": "at 0|at 100|MB at 100|ceiling|reached|foreign",
    "a track of 2 s": f"took s|{TRACK}",
    "memory in GB": "load s|loaded|after|peak",
}


def bench(cache: Path, *arguments: str, model: Path = MERGED) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.benches", "musicgen", "--model", str(model)]
    return subprocess.run(
        [*command, "--cache", str(cache), *arguments],
        cwd=ROOT, text=True, capture_output=True, check=False, env=os.environ | {"PATH": ""},
    )  # fmt: skip


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def printed(cache: Path) -> str:
    quick = [
        "--seconds",
        "2",
        "--tracks",
        "1",
        "--positions",
        "0,100",
        "--rounds",
        "2",
        "--steps",
        "3",
        "--profile",
    ]
    done = bench(cache, "--peers=all", "--profile", *quick)
    assert done.returncode == 0, done.stderr
    return done.stdout


def table(printed: str, title: str) -> list[str]:
    """The lines of a table, its head first."""
    lines = itertools.dropwhile(lambda line: not line.startswith(title), printed.splitlines())
    return list(itertools.takewhile(bool, lines))


@pytest.mark.parametrize("title", TABLES)
def test_every_table_has_every_row_and_every_column(printed: str, title: str) -> None:
    head, *rows = table(printed, title)
    columns = TABLES[title].split("|")
    assert head.split() == " ".join([title, *columns]).split()
    assert [row[:28].strip() for row in rows] == OURS
    for row in rows:
        cells = row[28:].replace(" %", "%").split()
        assert len(cells) == len(columns)
        assert all(float(cell.strip("%").replace(",", "")) >= 0 for cell in cells)


def test_the_memory_is_measured_in_the_same_run(printed: str) -> None:
    line = next(line for line in printed.splitlines() if line.startswith("memory: "))
    assert float(line.split()[1]) > 0


@pytest.mark.parametrize("name", OURS)
def test_the_profile_shows_what_runs_inside_what(printed: str, name: str) -> None:
    lines = table(printed, f"{name}: ")
    labels = [line[: len(line) - len(line.lstrip())] + line.split()[0] for line in lines[1:]]
    assert {"  text", "  codec", "  writing", "    sampling", "    guidance"} <= set(labels)
    assert labels[labels.index("    step") + 1] == "      runtime"


def test_a_peer_that_cannot_take_part_is_named_and_counted(printed: str) -> None:
    names = ["transformers fp32", "transformers bf16", "transformers.js fp32"]
    head, *rows = table(printed, "absent: ")
    assert head == "absent: 3"
    assert [row.split(":")[0].strip() for row in rows] == names
    assert rows[-1].endswith("node is not installed")


def test_models_once_made_are_kept(cache: Path, printed: str) -> None:
    assert printed
    (made,) = cache.glob("*/int8/fast/decoder.onnx")
    before = made.stat().st_mtime_ns
    folder = Store(cache, "small", MERGED).optimised(Precision.INT8)
    assert (folder / "fast/decoder.onnx").stat().st_mtime_ns == before


def test_a_folder_without_a_model_is_refused_in_a_sentence(tmp_path: Path) -> None:
    done = bench(tmp_path / "cache", "--peers", "none", model=tmp_path)
    assert done.returncode == 1
    assert "lacks" in done.stderr
    assert "Traceback" not in done.stderr
