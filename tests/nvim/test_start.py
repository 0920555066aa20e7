"""What the plugin costs and defines before anyone uses it."""

import pytest

from fixtures.editor import ROOT, Editor, Fake, Start

ALIASES = ("LofiAce", "LofiBackends", "LofiPlay", "LofiStop", "LofiCancel")
MAPS = (
    *("studio", "toggle", "next", "prev", "volume-up", "volume-down", "mute", "generate"),
    *("favorite", "cancel"),
)


def loaded(editor: Editor) -> list[str]:
    found: list[str] = editor.lua(
        """
        local names = {}
        for name in pairs(package.loaded) do
          if name:find("^lofi") then table.insert(names, name) end
        end
        return names
        """
    )
    return found


def test_nothing_is_loaded_and_nothing_started_at_startup(editor: Editor, fake: Fake) -> None:
    assert editor.lua("return vim.g.loaded_lofi") == 1
    assert loaded(editor) == []
    assert fake.births() == []


def test_setup_loads_no_more_than_the_settings(editor: Editor, fake: Fake) -> None:
    editor.lua('require("lofi").setup({ backend = "procedural" })')
    assert set(loaded(editor)) <= {"lofi", "lofi.config", "lofi.schema", "lofi.log", "lofi.text"}
    assert fake.births() == []


def test_there_is_one_command_and_the_names_that_others_made_known(editor: Editor) -> None:
    commands = editor.lua("return vim.tbl_keys(vim.api.nvim_get_commands({}))")
    assert {name for name in commands if name.startswith("Lofi")} == {"Lofi", *ALIASES}


@pytest.mark.parametrize("name", MAPS)
def test_maps_are_there_for_whoever_wants_keys(editor: Editor, name: str) -> None:
    assert editor.lua('return vim.fn.maparg("<Plug>(lofi-" .. ... .. ")", "n")', name) != ""


def test_no_key_is_taken(editor: Editor) -> None:
    assert (
        editor.lua(
            """
        local taken = {}
        for _, mode in ipairs({ "n", "x", "i", "o", "t", "c" }) do
          for _, map in ipairs(vim.api.nvim_get_keymap(mode)) do
            local ours = (map.rhs or ""):find("[Ll]ofi") ~= nil
            if ours and not map.lhs:find("^<Plug>") then table.insert(taken, map.lhs) end
          end
        end
        return taken
        """
        )
        == []
    )


def test_a_selection_is_generated_by_its_map(editor: Editor, fake: Fake) -> None:
    editor.nvim.current.buffer[:] = ["mellow rain tonight"]
    editor.command("xmap gm <Plug>(lofi-generate)")
    editor.lua('vim.api.nvim_feedkeys("wvegm", "tx", false)')
    editor.wait('#vim.tbl_keys(require("lofi.state").get().jobs) == 1')
    assert fake.heard("generate")[0]["prompt"] == "rain"


def test_it_may_be_sourced_twice(editor: Editor) -> None:
    editor.command(f"source {ROOT}/plugin/lofi.lua")
    assert editor.messages() == ""


def test_it_may_be_loaded_anew(editor: Editor) -> None:
    for _ in range(2):
        editor.lua(
            """
            for name in pairs(package.loaded) do
              if name:find("^lofi") then package.loaded[name] = nil end
            end
            require("lofi").setup({ defaults = { duration = 10 } })
            """
        )
    assert editor.lua('return require("lofi.config").get().defaults.duration') == 10


def test_an_older_neovim_is_told_so_and_gets_nothing(start: Start) -> None:
    editor = start("puppet", flags=["--cmd", "let g:loaded_lofi = 1"])
    assert editor.lua(
        """
        vim.g.loaded_lofi = nil
        local notes = {}
        vim.notify_once = function(text) table.insert(notes, text) end
        vim.fn.has = function() return 0 end
        vim.cmd.source(... .. "/plugin/lofi.lua")
        return { notes, vim.fn.exists(":Lofi") }
        """,
        str(ROOT),
    ) == [["lofi: Neovim 0.10 or newer is needed"], 0]


def test_two_tabs_share_one_daemon(editor: Editor, fake: Fake) -> None:
    for _ in range(2):
        editor.command("tabnew")
        editor.lua('_G.done = false require("lofi").styles(function() _G.done = true end)')
        editor.wait("_G.done")
    assert len(fake.births()) == 1
