"""What ``:checkhealth lofi`` says, and that each advice names what to do."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from fixtures.editor import FAKE, Editor, Start
from lofi import __version__

MODELS = {
    "models": [
        {
            "name": "musicgen-small-fp32",
            "backend": "musicgen",
            "state": "installed",
            "size_bytes": 2251406668,
            "path": "/models/musicgen-small-fp32",
        },
        {
            "name": "ace-step-v1",
            "backend": "ace_step",
            "state": "partial",
            "size_bytes": 1,
            "path": "",
        },
        {
            "name": "never-fetched",
            "backend": "musicgen",
            "state": "absent",
            "size_bytes": 1,
            "path": "",
        },
    ]
}
SPEAKER = {"output": "miniaudio", "device": "Built-in", "volume": 0.5, "muted": False}


@pytest.fixture
def daemon(tmp_path: Path) -> Path:
    """The scripted daemon as a program that can be asked for its version and its models."""
    return program(tmp_path, __version__)


def program(folder: Path, version: str, behaviour: str = "puppet") -> Path:
    path = folder / f"lofi-daemon-{version}"
    path.write_text(
        f"""#!/bin/sh
case "$*" in
--version) echo "lofi-daemon {version}" ;;
models*) cat {folder}/models.json ;;
*) exec {sys.executable} -I -S {FAKE} {folder}/diary {behaviour} ;;
esac
"""
    )
    path.chmod(0o755)
    (folder / "models.json").write_text(json.dumps(MODELS))
    return path


def report(editor: Editor) -> str:
    editor.command("checkhealth lofi")
    return "\n".join(editor.nvim.current.buffer[:])


def checked(start: Start, program: Path, **settings: object) -> str:
    given = {"daemon": {"cmd": [str(program)]}, **settings}
    return report(start(settings=given))


def sound(editor: Editor, playback: Mapping[str, object]) -> str:
    """The report where the daemon says this of its sound."""
    editor.lua(
        """
        local playback = ...
        local daemon = require("lofi.daemon")
        local request = daemon.request
        daemon.request = function(method, params, cb)
          if method == "playback_status" then
            return vim.schedule(function() cb(nil, playback) end)
          end
          request(method, params, cb)
        end
        """,
        playback,
    )
    return report(editor)


def test_all_is_well_where_all_is_well(start: Start, daemon: Path) -> None:
    editor = start(settings={"daemon": {"cmd": [str(daemon)]}})
    text = sound(editor, SPEAKER)
    assert "ERROR" not in text
    assert f"its version is the plugin's: {__version__}" in text
    assert "it answers" in text
    assert "the configuration is valid" in text
    assert "Procedural" in text
    assert "musicgen-small-fp32: 2.25 GB in /models/musicgen-small-fp32" in text
    assert "miniaudio, on Built-in" in text
    assert str(editor.home / "state" / "test" / "lofi.log") in text


def test_a_model_on_its_way_is_named_with_what_brings_the_rest(start: Start, daemon: Path) -> None:
    text = checked(start, daemon)
    assert "ace-step-v1 is partial" in text
    assert ":Lofi download ace_step" in text
    assert "never-fetched" not in text


def test_without_a_daemon_it_says_how_to_get_one(start: Start) -> None:
    editor = start()
    editor.lua('require("lofi.process").find = function() end')
    text = report(editor)
    assert "the daemon is not installed" in text
    assert "run :Lofi install" in text
    assert "nobody to ask" in text


def test_a_daemon_that_is_still_to_be_set_up_is_not_waited_for(start: Start) -> None:
    editor = start()
    editor.lua(
        """
        require("lofi.process").find = function()
          return { cmd = { "sleep", "99" }, slow = true }
        end
        """
    )
    assert "the daemon is not installed" in report(editor)


def test_a_program_that_is_none_is_said_to_be_so(start: Start, tmp_path: Path) -> None:
    text = checked(start, tmp_path / "nothing")
    assert "does not run" in text
    assert "run :Lofi install" in text


def test_another_version_is_named_with_what_to_do(start: Start, tmp_path: Path) -> None:
    text = checked(start, program(tmp_path, "9.9.9"))
    assert f"the daemon is 9.9.9, the plugin is {__version__}" in text
    assert "run :Lofi install, then :Lofi restart" in text


def test_a_daemon_without_an_answer_is_not_waited_for_for_ever(
    start: Start, tmp_path: Path
) -> None:
    editor = start(settings={"daemon": {"cmd": [str(program(tmp_path, __version__, "deaf"))]}})
    editor.lua('require("lofi.health").PATIENCE = 300')
    text = report(editor)
    assert "it does not answer: no answer to ping" in text
    assert ":Lofi restart" in text


def test_a_daemon_that_lies_is_no_reason_to_fail(start: Start, tmp_path: Path) -> None:
    text = checked(start, program(tmp_path, __version__, "liar"))
    assert "it does not answer: the daemon's answer to ping makes no sense" in text


@pytest.mark.parametrize(
    "lie", [{}, {"backends": 3}, {"backends": [{"status": []}]}, {"problem": 1}]
)
def test_answers_of_other_shapes_are_no_reason_to_fail(
    start: Start, daemon: Path, lie: Mapping[str, object]
) -> None:
    editor = start(settings={"daemon": {"cmd": [str(daemon)]}})
    (daemon.parent / "models.json").write_text('{"models": [{"size_bytes": "x"}, 4]}')
    editor.lua(
        """
        local lie = ...
        require("lofi.daemon").request = function(_, _, cb)
          vim.schedule(function() cb(nil, lie) end)
        end
        """,
        lie,
    )
    text = report(editor)
    assert "Failed to run" not in text
    assert "used unless told otherwise" in text
    assert "(all optional)" in text


def test_names_from_outside_cannot_disturb_the_page(start: Start, daemon: Path) -> None:
    editor = start(settings={"daemon": {"cmd": [str(daemon)]}})
    text = sound(editor, {**SPEAKER, "device": "Line\x1b[31m\nOut", "output": 7})
    assert "7, on Line [31m Out" in text


def test_what_is_wrong_with_the_settings_is_listed(start: Start, daemon: Path) -> None:
    text = checked(start, daemon, ui={"layuot": "float"}, threads="many")
    assert "ui.layuot" in text
    assert "did you mean layout?" in text
    assert "threads" in text
    assert "|lofi-config|" in text


@pytest.mark.parametrize(
    ("playback", "wanted"),
    [
        ({"output": "none"}, ("nothing plays here", "|lofi-no-sound|")),
        ({"muted": True}, ("the sound is muted", ":Lofi mute")),
        ({"volume": 0}, ("the volume is 0", ":Lofi volume 50")),
        (
            {"problem": {"message": "no device", "recovery": "plug one in"}},
            ("no device", "plug one in"),
        ),
    ],
    ids=["none", "muted", "volume", "problem"],
)
def test_silence_has_a_reason_and_a_remedy(
    start: Start, daemon: Path, playback: Mapping[str, object], wanted: tuple[str, str]
) -> None:
    editor = start(settings={"daemon": {"cmd": [str(daemon)]}})
    text = sound(editor, {**SPEAKER, **playback})
    for words in wanted:
        assert words in text


def test_a_daemon_that_does_not_play_is_told_apart_from_one_that_fails(
    start: Start, daemon: Path
) -> None:
    text = checked(start, daemon)
    assert "playing: this daemon cannot do that yet" in text
    assert ":Lofi install" in text


def test_over_ssh_it_says_where_the_sound_is(start: Start, daemon: Path) -> None:
    editor = start(settings={"daemon": {"cmd": [str(daemon)]}}, more={"SSH_CONNECTION": "a 1 b 2"})
    text = report(editor)
    assert "this is an SSH session" in text
    assert "|lofi-ssh|" in text


def test_a_log_that_cannot_be_written_is_told(start: Start, daemon: Path) -> None:
    editor = start(settings={"daemon": {"cmd": [str(daemon)]}})
    Path(editor.lua('return require("lofi.log").path()')).mkdir(parents=True)
    editor.lua('require("lofi.log").error("x")')
    assert "cannot be written: EISDIR" in report(editor)
