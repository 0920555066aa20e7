"""``build.lua``: as lazy.nvim runs it, in a coroutine, and as a hook for vim.pack does, outside."""

import re

import pytest

from fixtures.editor import ROOT, Editor, Start
from nvim.install.conftest import Workshop

LAZILY = """
  local file = ...
  yielded, ends = {}, {}
  local chunk = assert(loadfile(file))
  local thread = coroutine.create(function() chunk() end)
  local function step()
    local fine, what = coroutine.resume(thread)
    if not fine or coroutine.status(thread) == "dead" then
      table.insert(ends, { fine, what or false })
      return
    end
    if what then table.insert(yielded, what.msg) end
    vim.defer_fn(step, 1)
  end
  step()
"""
BUILD = str(ROOT / "build.lua")


def test_lazy_waits_for_it_and_sees_its_output(editor: Editor) -> None:
    editor.lua(LAZILY, BUILD)
    editor.wait("#ends > 0")
    assert editor.lua("return ends") == [[True, False]]
    assert "installed libraries" in editor.lua("return yielded")
    assert editor.lua('return require("lofi.install").current() ~= nil')


def test_lazy_is_told_of_a_failure_without_a_stack_trace(editor: Editor, shop: Workshop) -> None:
    shop.fail_at("requirements.lock", "error: the network is down")
    editor.lua(LAZILY, BUILD)
    editor.wait("#ends > 0")
    ((fine, why),) = editor.lua("return ends")
    assert not fine
    assert why.startswith("installing failed: uv ended with code 2: error: the network is down")


def test_outside_of_a_coroutine_it_returns_and_installs(editor: Editor) -> None:
    editor.lua("dofile(...)", BUILD)
    editor.wait(
        'require("lofi.install").current() ~= nil and not require("lofi.install").running()'
    )


def test_a_plugin_that_is_not_loaded_yet_installs(start: Start, shop: Workshop) -> None:
    editor = start(more=shop.environment())
    editor.lua("vim.opt.runtimepath:remove(...)", str(ROOT))
    assert editor.lua('return not pcall(require, "lofi")')
    editor.lua("dofile(...)", BUILD)
    editor.wait('require("lofi.install").current() ~= nil')


def test_the_hook_in_the_help_installs(start: Start, shop: Workshop) -> None:
    """As ``:help lofi-pack`` gives it, fed with what vim.pack tells."""
    text = (ROOT / "doc" / "lofi.txt").read_text()
    found = re.search(
        r"^(    vim\.api\.nvim_create_autocmd\(\"PackChanged\".*?^    \}\))$",
        text,
        re.MULTILINE | re.DOTALL,
    )
    assert found is not None
    editor = start(more=shop.environment())
    if not editor.lua('return pcall(vim.api.nvim_get_autocmds, { event = "PackChanged" })'):
        pytest.skip("this Neovim has no vim.pack")
    editor.lua(found.group(1))
    data = {"spec": {"name": "lofi.nvim"}, "kind": "update", "path": str(ROOT), "active": False}
    editor.lua('vim.api.nvim_exec_autocmds("PackChanged", { data = ... })', data)
    editor.wait('require("lofi.install").current() ~= nil')
