"""The public functions: the names that stay, and wrong arguments."""

import re
from collections.abc import Iterator

import pytest

from fixtures.editor import ROOT, Editor

LUA = ROOT / "lua" / "lofi"
NAMES = re.findall(r"^function M\.(\w+)\(", (LUA / "init.lua").read_text(), re.MULTILINE)
SEEDS = {
    *("setup", "generate", "is_generating", "cancel", "on", "stop", "current_track"),
    *("get_backends", "is_daemon_running", "last_track"),
}
PLANNED = {
    *("queue", "play", "pause", "resume", "toggle", "volume", "playlist", "is_playing", "seek"),
    *("library", "favorite", "download", "state", "statusline", "radio", "next", "prev"),
}
SCREEN = {"studio", "statusline", "setup"}
"""Their arguments are the screen's or the settings' matter."""


def test_the_names_that_are_known_from_elsewhere_stay(bench: Editor) -> None:
    assert set(NAMES) >= SEEDS | PLANNED
    there = bench.lua('return vim.tbl_keys(require("lofi"))')
    assert set(NAMES) | {"skip", "previous"} == set(there)


def test_nothing_is_global(editor: Editor) -> None:
    assert editor.lua(
        """
        local before = {}
        for name in pairs(_G) do before[name] = true end
        for name in pairs(require("lofi.subcommands")) do before["lofi." .. name] = true end
        require("lofi").setup()
        require("lofi").generate("")
        local new = {}
        for name in pairs(_G) do if not before[name] then table.insert(new, name) end end
        return { new, _G.lofi == nil }
        """
    ) == [[], True]


def wrong() -> Iterator[tuple[str, str]]:
    for name in NAMES:
        if name in SCREEN:
            continue
        for value in ("3.5", "true", '"\\255"', "{ 1, { nonsense = true } }", "print"):
            yield name, value


def test_wrong_arguments_are_an_error_of_ours_and_never_a_stack_trace(editor: Editor) -> None:
    editor.lua(
        """
        _G.notes = {}
        vim.notify = function(text) table.insert(_G.notes, text) end
        vim.ui.select = function() end
        """
    )
    for name, value in wrong():
        why = editor.lua(
            f"""
            local result = {{ pcall(require("lofi").{name}, {value}, {value}, {value}) }}
            return result[1] and "" or tostring(result[2])
            """
        )
        assert not why or why.startswith("lofi"), f"{name}({value}): {why}"
        assert ".lua:" not in why, f"{name}({value}): {why}"
    notes = editor.lua("return _G.notes")
    assert not [note for note in notes if ".lua:" in note or "stack traceback" in note]
    assert "stack traceback" not in editor.messages()
    assert "Error" not in editor.messages()


@pytest.mark.parametrize("name", sorted(set(NAMES) - SCREEN - {"on", "once", "off", "state"}))
def test_a_callback_that_is_none_is_refused_by_name(bench: Editor, name: str) -> None:
    takes = re.search(rf"^function M\.{name}\((.*)\)", (LUA / "init.lua").read_text(), re.MULTILINE)
    assert takes is not None
    arguments = takes[1].split(", ")
    if arguments[-1] != "cb":
        return
    given = ", ".join(["nil"] * (len(arguments) - 1) + ["3"])
    why = bench.lua(f'return select(2, pcall(require("lofi").{name}, {given}))')
    assert re.match(r"lofi\.[\w:]+: the callback must be a function, not number$", why), why


def test_the_state_that_is_given_out_is_a_copy(editor: Editor) -> None:
    assert editor.lua(
        """
        require("lofi").state().daemon.status = "mine"
        require("lofi").queue().pending[1] = "mine"
        local state = require("lofi").state()
        return { state.daemon.status, #state.queue.pending }
        """
    ) == ["stopped", 0]


def test_the_current_track_is_what_plays_else_the_newest(editor: Editor) -> None:
    assert editor.lua(
        """
        local take = require("lofi.notifications").take
        take("generation_complete", { track_id = "made" })
        local made = require("lofi").current_track().track_id
        take("playback_changed", { state = "playing", track = { track_id = "heard" } })
        return { made, require("lofi").current_track().track_id, require("lofi").is_playing() }
        """
    ) == ["made", "heard", True]
