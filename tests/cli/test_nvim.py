"""Where the Neovim plugin lies: in a checkout and in a wheel."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lofi import __version__
from lofi.cli import main

ROOT = Path(__file__).parents[2]
RUNTIME = ("lua", "plugin", "ftplugin")
Capture = pytest.CaptureFixture[str]


def test_a_checkout_is_the_plugins_folder(capsys: Capture) -> None:
    assert main(["nvim-path"]) == 0
    folder = Path(capsys.readouterr().out.removesuffix("\n"))
    assert folder == ROOT
    assert (folder / "plugin" / "lofi.lua").is_file()


def test_the_folder_as_json(capsys: Capture) -> None:
    assert main(["nvim-path", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"path": str(ROOT)}


def test_the_plugin_has_the_packages_version() -> None:
    code = (ROOT / "lua" / "lofi" / "version.lua").read_text(encoding="utf-8")
    assert code.splitlines()[-1] == f'return "{__version__}"'


@pytest.mark.slow
def test_a_wheel_carries_the_whole_plugin(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, "--no-deps", "--wheel-dir", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    plugin = tmp_path / "site" / "lofi" / "nvim"
    files = [path for name in RUNTIME for path in (ROOT / name).rglob("*") if path.is_file()]
    for path in [*files, ROOT / "doc" / "lofi.txt"]:
        assert (plugin / path.relative_to(ROOT)).read_bytes() == path.read_bytes()
    told = subprocess.run(
        [sys.executable, "-m", "lofi", "nvim-path"],
        env={"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(told.stdout.removesuffix("\n")) == plugin
