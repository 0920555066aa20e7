"""Installing: what is in use works until something whole takes its place."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fixtures.daemon import gone, until
from fixtures.editor import Editor, Start
from lofi import __version__
from nvim.install.conftest import Workshop

START = """
  local opts = ...
  ends, said = {}, {}
  opts = opts or {}
  opts.on_line = function(line) table.insert(said, line) end
  opts.on_step = function(title, percent) table.insert(said, percent .. "% " .. title) end
  install = require("lofi").install(opts, function(...) table.insert(ends, { ... }) end)
"""


def place(editor: Editor) -> Path:
    return editor.home / "data" / "test" / "lofi"


def outcome(editor: Editor) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The one end of the installation: error and result."""
    editor.wait("#ends > 0")
    ((err, result),) = editor.lua(ENDS)
    return err or None, result or None


ENDS = "return vim.tbl_map(function(each) return { each[1] or false, each[2] or false } end, ends)"


def installed(editor: Editor, **opts: object) -> Path:
    """The folder of a good installation."""
    editor.lua(START, opts)
    err, result = outcome(editor)
    assert err is None, err
    assert result is not None
    return Path(result["folder"])


def in_use(editor: Editor) -> Path:
    return (place(editor) / "venv").resolve()


def environments(editor: Editor) -> set[Path]:
    return {path for path in place(editor).glob("venv-*") if path.is_dir()}


def test_what_is_installed_is_what_is_started(editor: Editor) -> None:
    folder = installed(editor)
    assert in_use(editor) == folder
    program = editor.lua('return require("lofi.install").executable()')
    assert Path(program) == place(editor) / "venv" / "bin" / "lofi-daemon"
    current = editor.lua('return require("lofi.install").current()')
    assert (current["version"], current["extras"]) == (__version__, [])


def test_uv_installs_the_locked_libraries_and_then_this_folder(
    editor: Editor, shop: Workshop
) -> None:
    folder = installed(editor)
    root = editor.lua('return require("lofi.install.place").plugin')
    into = f"uv pip install --python {folder} --reinstall-package lofi"
    assert shop.asked() == [
        f"uv venv --no-project --python >=3.11,<3.14 {folder}",
        f"{into} --require-hashes -r {root}/requirements.lock",
        f"{into} --no-deps {root}",
    ]


def test_without_uv_python_does_it(editor: Editor, shop: Workshop) -> None:
    shop.have("python3")
    folder = installed(editor)
    root = editor.lua('return require("lofi.install.place").plugin')
    assert shop.asked()[1:] == [
        f"python3 -m venv {folder}",
        f"python -m pip install --require-hashes -r {root}/requirements.lock",
        f"python -m pip install --no-deps {root}",
    ]


def test_an_old_python_is_passed_over(editor: Editor, shop: Workshop) -> None:
    shop.have("python3.12")
    old = shop.bin / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    installed(editor)
    assert shop.asked()[1].startswith("python3.12 -m venv ")


def test_a_python_that_is_newer_than_the_locked_libraries_comes_last(
    editor: Editor, shop: Workshop
) -> None:
    shop.have("python3.12")
    newer = shop.bin / "python3"
    newer.write_text("#!/bin/sh\ncase $2 in *'< (3, 14)'*) exit 1 ;; esac\n")
    newer.chmod(0o755)
    installed(editor)
    assert shop.asked()[1].startswith("python3.12 -m venv ")


def test_with_neither_it_says_what_to_install(editor: Editor, shop: Workshop) -> None:
    shop.have()
    editor.lua("vim.env.PATH = ...", str(shop.bin))
    editor.lua(START)
    err, _ = outcome(editor)
    assert err is not None
    assert err["message"] == "there is neither uv nor Python 3.11 or newer"
    assert "install uv" in err["hint"]


def test_steps_and_output_are_told(editor: Editor) -> None:
    installed(editor)
    said = editor.lua("return said")
    assert [line for line in said if "%" in line] == [
        "0% making a Python environment with uv",
        "25% installing the libraries",
        f"50% installing lofi {__version__}",
        "75% checking",
    ]
    assert "installed libraries" in said
    assert "installed libraries" in editor.log()


def test_a_failure_leaves_what_is_in_use_and_names_the_last_line(
    editor: Editor, shop: Workshop
) -> None:
    before = installed(editor)
    shop.fail_at("requirements.lock", "Resolved 3 packages", "error: no wheel for this machine", "")
    editor.lua(START)
    err, result = outcome(editor)
    assert result is None
    assert err is not None
    assert err["message"] == (
        "installing failed: uv ended with code 2: error: no wheel for this machine"
    )
    assert ":Lofi log" in err["hint"]
    assert in_use(editor) == before
    assert until(lambda: environments(editor) == {before})


def test_after_a_failure_the_next_one_succeeds(editor: Editor, shop: Workshop) -> None:
    shop.fail_at("venv", "no ensurepip")
    editor.lua(START)
    err, _ = outcome(editor)
    assert err is not None
    assert "python3-venv" in err["hint"]
    shop.no_longer("venv")
    folder = installed(editor)
    assert in_use(editor) == folder


def test_another_version_than_the_plugins_is_not_put_in_use(editor: Editor, shop: Workshop) -> None:
    before = installed(editor)
    (shop.folder / "version").write_text("9.9.9")
    editor.lua(START)
    err, _ = outcome(editor)
    assert err is not None
    assert err["message"] == f"the daemon says it is 9.9.9, the plugin is {__version__}"
    assert in_use(editor) == before


def test_cancelling_ends_what_was_started_and_changes_nothing(
    editor: Editor, shop: Workshop
) -> None:
    before = installed(editor)
    shop.hang_at("requirements.lock")
    editor.lua(START)
    assert until(lambda: shop.child() is not None)
    child = shop.child()
    assert child is not None
    editor.lua("install:cancel() install:cancel()")
    err, _ = outcome(editor)
    assert err is not None
    assert (err["name"], err["message"]) == ("INSTALL_CANCELLED", "the installation was cancelled")
    assert until(lambda: gone(child))
    assert until(lambda: environments(editor) == {before})
    assert in_use(editor) == before
    assert editor.lua('return require("lofi.install").running() == nil')


@pytest.mark.parametrize("leave", [Editor.quit, Editor.kill], ids=["quit", "killed"])
def test_an_editor_that_leaves_takes_its_installation_with_it_or_leaves_no_harm(
    start: Start, shop: Workshop, leave: Callable[[Editor], object]
) -> None:
    first = start(more=shop.environment(), name="one")
    shop.hang_at("requirements.lock")
    first.lua(START)
    assert until(lambda: shop.child() is not None)
    child = shop.child()
    assert child is not None
    leave(first)
    if leave is Editor.quit:
        assert until(lambda: gone(child))
    else:
        os.killpg(os.getpgid(child), signal.SIGKILL)
    shop.no_longer("requirements.lock.hang")
    (first.home / "socket").unlink(missing_ok=True)
    second = start(more=shop.environment(), name="one")
    folder = installed(second)
    assert environments(second) == {folder}


def test_two_at_a_time_do_not_get_in_each_others_way(start: Start, shop: Workshop) -> None:
    data = {"XDG_DATA_HOME": str(shop.folder / "data")}
    shop.hang_at("requirements.lock")
    first = start(more={**shop.environment(), **data}, name="one")
    second = start(more={**shop.environment(), **data}, name="two")
    first.lua(START)
    assert until(lambda: shop.child() is not None)
    first.lua(
        'second_ends = {} require("lofi").install({}, function(err) second_ends[1] = err end)'
    )
    first.wait("second_ends[1]")
    assert "is running already" in first.lua("return second_ends[1].message")
    second.lua(START)
    err, _ = outcome(second)
    assert err is not None
    assert err["message"] == f"process {first.process.pid} is installing already"
    first.lua("install:cancel()")
    outcome(first)
    shop.no_longer("requirements.lock.hang")
    second.lua(START)
    assert outcome(second)[0] is None


def test_the_one_before_is_kept_for_a_daemon_that_runs_out_of_it(editor: Editor) -> None:
    first, second, third = (installed(editor) for _ in range(3))
    assert in_use(editor) == third
    assert environments(editor) == {second, third}
    assert not first.exists()


def test_extras_are_installed_and_remembered(editor: Editor, shop: Workshop) -> None:
    installed(editor, extras=["optimize"])
    assert shop.asked()[-1].endswith("[optimize]")
    installed(editor)
    assert shop.asked()[-1].endswith("[optimize]")
    installed(editor, extras=[])
    assert shop.asked()[-1].startswith("uv pip install")
    assert "optimize" not in shop.asked()[-1]


def test_an_extra_that_there_is_not_is_refused_before_anything_happens(editor: Editor) -> None:
    editor.lua(START, {"extras": ["optimise"]})
    err, _ = outcome(editor)
    assert err is not None
    assert err["message"] == 'there is no extra "optimise"'
    assert "optimize" in err["hint"]
    assert editor.lua("return install == nil")
    assert not place(editor).exists()


@pytest.mark.parametrize("packages", ["site-packages", "dist-packages"])
def test_a_plugin_out_of_a_wheel_uses_the_daemon_beside_it(
    editor: Editor, tmp_path: Path, packages: str
) -> None:
    wheel = tmp_path / "env" / "lib" / "python3.11" / packages / "lofi" / "nvim"
    wheel.mkdir(parents=True)
    daemon = tmp_path / "env" / "bin" / "lofi-daemon"
    daemon.parent.mkdir()
    daemon.touch(0o755)
    editor.lua('require("lofi.install.place").plugin = ...', str(wheel))
    assert editor.lua('return require("lofi.install").executable()') == str(daemon)
    editor.lua(START)
    err, _ = outcome(editor)
    assert err is not None
    assert "nothing to install" in err["message"]


def test_a_folder_that_cannot_be_made_is_an_error_and_no_stack_trace(editor: Editor) -> None:
    place(editor).parent.mkdir(parents=True, exist_ok=True)
    place(editor).write_text("in the way")
    editor.lua(START)
    err, _ = outcome(editor)
    assert err is not None
    assert err["message"].startswith(f"{place(editor)} cannot be written: ")
    assert "\n" not in err["message"]


def test_a_script_can_wait_for_the_end(editor: Editor) -> None:
    assert editor.lua('return require("lofi").install():wait(10000)')
    assert in_use(editor).is_dir()
