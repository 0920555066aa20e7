"""What the annotations say, held against the code: the cheap half of a type checker."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.editor import ROOT, Editor, neovim, other_plugin

LUA = ROOT / "lua"
MODULES = sorted(
    str(path.relative_to(LUA).with_suffix("")).replace("/", ".").removesuffix(".init")
    for path in LUA.rglob("*.lua")
)
TYPES = (LUA / "lofi" / "types.lua").read_text()


def fields(name: str) -> dict[str, str]:
    """The fields of a class, with their types; a trailing ? says that it may be nil."""
    block = re.search(
        rf"^---@class (?:\(exact\) )?{re.escape(name)}\b.*\n((?:---@field .*\n)*)",
        TYPES,
        re.MULTILINE,
    )
    assert block is not None, f"there is no class {name}"
    found = re.findall(r"^---@field (\w+)(\??) (.*)$", block[1], re.MULTILINE)
    return {field: kind + optional for field, optional, kind in found}


@pytest.fixture(scope="module")
def strict(which: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """A Neovim in which what is deprecated fails, with the other plugins at hand."""
    flags = ["--cmd", 'lua vim.deprecate = function(name) error("deprecated: " .. name) end']
    for name in ("plenary", "telescope", "lualine"):
        flags += ["--cmd", f"set runtimepath+={other_plugin(name)}"]
    home = tmp_path_factory.mktemp("strict")
    with Editor(neovim(which), home, {}, flags=flags) as running:
        yield running


@pytest.mark.parametrize("module", [name for name in MODULES if name != "lofi.types"])
def test_every_module_loads_alone_and_uses_nothing_deprecated(strict: Editor, module: str) -> None:
    assert (
        strict.lua(
            """
        for name in pairs(package.loaded) do
          if name:find("^lofi") then package.loaded[name] = nil end
        end
        local ok, why = pcall(require, ...)
        return ok and "" or why
        """,
            module,
        )
        == ""
    )


def test_what_a_user_may_write_is_what_the_plugin_reads_and_all_of_it_is_optional() -> None:
    for part in ("", ".Daemon", ".Defaults", ".Player", ".Radio", ".Ui", ".Log"):
        opts, config = fields(f"lofi.Opts{part}"), fields(f"lofi.Config{part}")
        assert opts.keys() == config.keys()
        assert all(kind.endswith("?") for kind in opts.values()), part


def test_the_settings_are_declared_checked_and_have_the_defaults_they_say(bench: Editor) -> None:
    described: dict[str, Any] = bench.lua(
        """
        local config = require("lofi.config")
        local function names(rules)
          local out = {}
          for key, rule in pairs(rules) do
            out[key] = type(rule) == "table" and names(rule) or true
          end
          return out
        end
        return { rules = names(config.rules), defaults = config.defaults }
        """
    )
    parts = {"daemon", "defaults", "player", "radio", "ui", "log"}
    assert fields("lofi.Config").keys() == described["rules"].keys()
    for part in parts:
        declared = fields(f"lofi.Config.{part.title()}")
        assert declared.keys() == described["rules"][part].keys(), part
        must = {name for name, kind in declared.items() if not kind.endswith("?")}
        assert must <= set(described["defaults"][part]), part
        assert set(described["defaults"][part]) <= declared.keys(), part


def test_every_setting_is_explained_beside_its_default() -> None:
    text = (LUA / "lofi" / "config.lua").read_text()
    table = text[text.index("M.defaults = {") : text.index("local seconds")]
    for part in ("Daemon", "Defaults", "Player", "Radio", "Ui", "Log"):
        for name in fields(f"lofi.Opts.{part}"):
            assert re.search(rf"\b{name} = .*--|-- .*\b{name} = ", table), f"{part}.{name}"


def test_events_are_declared_as_they_are(bench: Editor) -> None:
    block = TYPES[TYPES.index("---@alias lofi.Event\n") :]
    declared = re.findall(r'"(\w+)"', block)
    assert sorted(declared) == sorted(
        bench.lua('return vim.tbl_keys(require("lofi.events").names)')
    )


def test_what_the_daemon_may_send_is_known(bench: Editor) -> None:
    protocol = (ROOT / "doc" / "protocol.md").read_text()
    part = protocol[protocol.index("## Notifications") : protocol.index("## Errors")]
    names = re.findall(r"^### (\w+)$", part, re.MULTILINE)
    renamed = {"playback_started": "playback_start", "playback_paused": "playback_pause"}
    renamed |= {"playback_resumed": "playback_resume", "playback_ended": "playback_end"}
    events = bench.lua('return vim.tbl_keys(require("lofi.events").names)')
    for name in set(names) - {"generation_chunk"}:
        assert renamed.get(name, name) in events


def test_errors_have_the_numbers_of_the_protocol(bench: Editor) -> None:
    protocol = (ROOT / "doc" / "protocol.md").read_text()
    table = {
        name: int(code)
        for code, name in re.findall(r"^\| (-32\d+) \| `(\w+)` \|", protocol, re.MULTILINE)
    }
    ours = bench.lua('return require("lofi.errors").codes')
    assert table.items() <= ours.items()


def test_a_track_is_declared_as_the_protocol_has_it() -> None:
    protocol = (ROOT / "doc" / "protocol.md").read_text()
    part = protocol[protocol.index("### generation_complete") :]
    rows = re.findall(r"^\| `(\w+)` \|", part[: part.index("```json")], re.MULTILINE)
    assert set(rows) == fields("lofi.Track").keys()


BLOCKING = {
    r"vim\.fn\.systemlist?\(": set[str](),
    r"os\.execute|io\.popen|vim\.uv\.sleep|uv\.sleep|vim\.fn\.jobwait": set[str](),
    r":wait\(": {"lofi/job.lua", "lofi/install.lua", "lofi/health.lua"},
    r"pkill|afplay": set[str](),
    # leaving Neovim; scripts that ask for it; :checkhealth, which is a wait by nature
    r"vim\.wait\(": {
        *("lofi/daemon.lua", "lofi/job.lua", "lofi/install.lua", "lofi/health.lua"),
    },
}
"""What waits or kills, and the modules that may."""


@pytest.mark.parametrize("pattern", BLOCKING)
def test_nothing_waits_shells_out_or_kills_by_name(pattern: str) -> None:
    found = {
        str(path.relative_to(LUA))
        for path in LUA.rglob("*.lua")
        if re.search(pattern, path.read_text())
    }
    assert found <= BLOCKING[pattern]


def test_no_module_is_without_a_word_on_what_it_knows() -> None:
    for path in sorted(LUA.rglob("*.lua")):
        assert path.read_text().startswith("--"), path


def test_no_file_is_longer_than_one_wants_to_read() -> None:
    for path in [*LUA.rglob("*.lua"), ROOT / "plugin" / "lofi.lua"]:
        lines = len(path.read_text().splitlines())
        assert lines <= 360, f"{Path(path).name}: {lines}"
