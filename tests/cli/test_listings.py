"""What there is to choose from."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lofi.cli import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOFI_MODELS_PATH", str(tmp_path))


def test_styles_are_listed_by_category(capsys: Capture) -> None:
    assert main(["styles"]) == 0
    lines = capsys.readouterr().out.splitlines()
    headings = [line for line in lines if line.endswith(":")]
    assert headings == ["core:", "seasonal:", "thematic:", "instrumental:", "vocal:"]
    assert len(lines) == 38 + 5
    assert any("SEASON-06" in line and "Rainy Day" in line for line in lines)


def test_styles_as_json_are_complete(capsys: Capture) -> None:
    assert main(["styles", "--json"]) == 0
    styles = json.loads(capsys.readouterr().out)
    assert len(styles) == 38
    assert {"id", "name", "category", "base_tags", "tempo_range"} <= set(styles[0])


def test_backends_are_listed_with_the_one_auto_takes(capsys: Capture) -> None:
    assert main(["backends"]) == 0
    out = capsys.readouterr().out
    assert "procedural  [procedural-v1]  5-600 s, 48000 Hz" in out
    assert "auto takes procedural: no neural model installed" in out


def test_backends_as_json_carry_the_contract_fields(capsys: Capture) -> None:
    assert main(["backends", "--json"]) == 0
    listing = json.loads(capsys.readouterr().out)
    assert listing["default_backend"] == "procedural"
    entry = next(each for each in listing["backends"] if each["type"] == "procedural")
    assert (entry["status"], entry["error"], entry["licence"]) == ("ready", None, None)
    assert (entry["min_duration_sec"], entry["max_duration_sec"]) == (5, 600)


def test_a_reader_that_leaves_early_is_no_reason_to_complain() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "lofi", "styles"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 1
