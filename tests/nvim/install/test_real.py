"""A real installation, out of this checkout and with what a package index holds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.daemon import until
from fixtures.editor import Editor, Start
from lofi import __version__

BEGIN = """
  ends = {}
  install = require("lofi").install({}, function(err) table.insert(ends, err or false) end)
"""
PASSED_ON = ("PIP_", "UV_", "SSL_", "REQUESTS_", "HTTP", "http", "NO_PROXY", "no_proxy")
MINUTES = 5 * 60.0


@pytest.fixture(params=["uv", "python3"])
def editor(start: Start, tmp_path: Path, request: pytest.FixtureRequest) -> Editor:
    """One that finds this tool alone, and the network as its user set it up."""
    tools = tmp_path / "tools"
    tools.mkdir()
    program = Path(sys.executable).with_name("uv") if request.param == "uv" else sys.executable
    (tools / request.param).symlink_to(program)
    network = {key: value for key, value in os.environ.items() if key.startswith(PASSED_ON)}
    return start(more={**network, "PATH": f"{tools}:/usr/bin:/bin"})


@pytest.mark.slow
def test_a_real_installation_makes_music(editor: Editor, tmp_path: Path) -> None:
    editor.lua(BEGIN)
    assert until(lambda: bool(editor.lua("return #ends > 0")), MINUTES)
    assert editor.lua("return ends") == [False], editor.log()
    daemon = editor.lua('return require("lofi.install.place").link()') + "/bin/lofi-daemon"
    said = subprocess.run([daemon, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout == f"lofi-daemon {__version__}\n"
    track = tmp_path / "track.wav"
    subprocess.run([daemon, "-q", "-p", "rain", "-d", "5", "-o", str(track)], check=True)
    assert track.stat().st_size > 900_000
