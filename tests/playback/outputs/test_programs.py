"""Which program plays."""

from pathlib import Path

import pytest

from lofi.errors import InvalidParams
from lofi.playback.outputs import programs
from lofi.playback.outputs.programs import PROGRAMS


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the only programs lie."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def install(folder: Path, name: str) -> None:
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)


def test_the_first_of_those_that_are_there_is_taken(installed: Path) -> None:
    for known in reversed(PROGRAMS):
        install(installed, known.name)
        assert programs.find(None) == known


def test_bare_samples_are_described_and_wav_describes_itself() -> None:
    commands = {each.name: each.command(2, 32_000) for each in PROGRAMS}
    assert commands["paplay"][1:] == [
        *("--raw", "--format=s16le", "--rate=32000", "--channels=2", "--latency-msec=100")
    ]
    assert commands["aplay"][-6:-2] == ["-r", "32000", "-c", "2"]
    for known in PROGRAMS:
        assert ("32000" in " ".join(commands[known.name])) == known.raw


def test_none_is_an_error_that_names_what_to_install(installed: Path) -> None:
    with pytest.raises(InvalidParams) as caught:
        programs.find(None)
    assert not list(installed.iterdir())
    assert all(each.name in caught.value.message for each in PROGRAMS)
    assert "LOFI_PLAYER" in (caught.value.hint or "")


def test_a_command_of_ones_own_goes_first_and_is_taken_as_it_is(installed: Path) -> None:
    install(installed, "mine")
    install(installed, "paplay")
    found = programs.find("mine --to '{a room}'")
    assert found.command(2, 32_000) == ["mine", "--to", "{a room}"]
    assert not found.raw


@pytest.mark.parametrize(
    ("own", "words"),
    [("theirs -", "no program 'theirs'"), ("mine 'x", "No closing quotation"), ("  ", "'  '")],
)
def test_a_command_that_cannot_be_is_named(installed: Path, own: str, words: str) -> None:
    install(installed, "mine")
    with pytest.raises(InvalidParams) as caught:
        programs.find(own)
    assert words in caught.value.message
