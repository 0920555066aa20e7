"""What a user sees of an installation: the question, the window, the end."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from fixtures.daemon import until
from fixtures.editor import Editor
from lofi import __version__
from nvim.install.conftest import Workshop

LISTEN = """
  told = {}
  vim.notify = function(text, level) table.insert(told, { text, level }) end
  vim.ui.select = function(items, options, done)
    shown = vim.tbl_map(options.format_item, items)
    kind = options.kind
    done(choose and items[choose] or nil)
  end
"""
WARN, ERROR = 3, 4


@pytest.fixture
def watched(editor: Editor) -> Editor:
    """With a user in front of it who is told things and is asked."""
    editor.nvim.ui_attach(100, 30, rgb=True)
    editor.lua(LISTEN)
    return editor


def told(editor: Editor) -> list[Any]:
    """The one message at the end."""
    editor.wait("#told > 0")
    (message,) = editor.lua("return told")
    text: list[Any] = message
    return text


def output(editor: Editor) -> list[str]:
    lines: list[str] = editor.lua(
        'return vim.api.nvim_buf_get_lines(vim.fn.bufnr("lofi://install"), 0, -1, false)'
    )
    return lines


def test_it_asks_which_extras_and_installs_them(watched: Editor, shop: Workshop) -> None:
    watched.lua("choose = 2")
    watched.command("Lofi install")
    assert watched.lua("return kind") == "lofi.install"
    first, second = watched.lua("return shown")
    assert "daemon" in first
    assert "optimize" in second
    assert told(watched)[0].startswith(f"lofi: {__version__} is installed")
    assert shop.asked()[-1].endswith("[optimize]")


def test_whoever_chooses_nothing_installs_nothing(watched: Editor, shop: Workshop) -> None:
    watched.command("Lofi install")
    assert watched.lua('return require("lofi.install").running() == nil')
    assert not (shop.folder / "asked").exists()


@pytest.mark.parametrize(("word", "end"), [("none", "--no-deps"), ("optimize", "[optimize]")])
def test_words_say_what_to_install(watched: Editor, shop: Workshop, word: str, end: str) -> None:
    watched.command(f"Lofi install {word}")
    told(watched)
    assert end in shop.asked()[-1]


def test_again_takes_the_extras_of_before(watched: Editor, shop: Workshop) -> None:
    watched.command("Lofi install optimize")
    told(watched)
    watched.lua("told = {}")
    watched.command("Lofi install again")
    told(watched)
    assert shop.asked()[-1].endswith("[optimize]")


def test_its_output_is_seen_and_the_cursor_stays(watched: Editor) -> None:
    before = watched.nvim.current.window
    watched.command("Lofi install none")
    assert watched.nvim.current.window == before
    told(watched)
    lines = output(watched)
    assert "installed libraries" in lines
    assert lines[-1] == f"{__version__} is installed"
    (window,) = watched.lua('return vim.fn.win_findbuf(vim.fn.bufnr("lofi://install"))')
    assert watched.lua("return vim.api.nvim_win_get_cursor(...)", window) == [len(lines), 0]


def test_nothing_can_be_written_into_its_output(watched: Editor) -> None:
    watched.command("Lofi install none")
    told(watched)
    assert not watched.lua('return vim.bo[vim.fn.bufnr("lofi://install")].modifiable')


def test_a_failure_says_why_and_what_to_do(watched: Editor, shop: Workshop) -> None:
    shop.fail_at("requirements.lock", "error: the network is down")
    watched.command("Lofi install none")
    text, level = told(watched)
    assert "the network is down" in text
    assert ":Lofi log" in text
    assert level == ERROR
    assert "the network is down" in output(watched)[-1]


def test_its_window_cancels_it(watched: Editor, shop: Workshop) -> None:
    shop.hang_at("requirements.lock")
    watched.command("Lofi install none")
    assert until(lambda: shop.child() is not None)
    watched.command("wincmd j")
    watched.nvim.input("c")
    assert told(watched) == ["lofi: the installation was cancelled (nothing has changed)", WARN]
    watched.nvim.input("q")
    watched.wait('#vim.fn.win_findbuf(vim.fn.bufnr("lofi://install")) == 0')


def test_a_second_one_is_refused_and_leaves_the_output(watched: Editor, shop: Workshop) -> None:
    shop.hang_at("requirements.lock")
    watched.command("Lofi install none")
    assert until(lambda: shop.child() is not None)
    watched.wait('vim.api.nvim_buf_line_count(vim.fn.bufnr("lofi://install")) > 5')
    before = output(watched)
    watched.command("Lofi install none")
    assert "is running already" in told(watched)[0]
    assert output(watched) == before


def test_there_may_be_nothing_to_cancel(watched: Editor) -> None:
    watched.command("Lofi install cancel")
    assert told(watched) == ["lofi: no installation is running", WARN]


def test_a_word_that_is_no_extra_is_refused(watched: Editor) -> None:
    watched.command("Lofi install optimise")
    assert 'there is no extra "optimise"' in told(watched)[0]


def test_its_words_are_completed(watched: Editor) -> None:
    complete = 'return vim.fn.getcompletion("Lofi install " .. ..., "cmdline")'
    assert watched.lua(complete, "") == ["again", "cancel", "none", "optimize"]
    assert watched.lua(complete, "o") == ["optimize"]


def test_the_extras_are_those_of_the_package(editor: Editor) -> None:
    pyproject = Path(editor.lua('return require("lofi.install.place").plugin')) / "pyproject.toml"
    offered = editor.lua('return vim.tbl_keys(require("lofi.install").extras)')
    for_developers = {"check", "export", "parity", "test"}
    extras = tomllib.loads(pyproject.read_text())["project"]["optional-dependencies"]
    assert set(offered) == set(extras) - for_developers
