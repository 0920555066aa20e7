"""A clean Neovim with nothing but the plugin, and the daemon that people run."""

import sys
import wave
from pathlib import Path

import pytest

from fixtures.daemon import environment, gone, until
from fixtures.editor import Editor, Start


@pytest.fixture
def real(start: Start, tmp_path: Path) -> Editor:
    """A Neovim whose daemon is the real one, with a library of its own."""
    world = environment(tmp_path / "world", {"backend": "procedural"})
    (tmp_path / "world").mkdir()
    env = {name: value for name, value in world.items() if name.startswith(("LOFI", "HOME"))}
    daemon = {"cmd": [sys.executable, "-m", "lofi", "--daemon"], "env": env, "timeout": 30}
    return start(settings={"daemon": daemon, "ui": {"progress": "none"}})


def test_from_the_command_to_a_wav_a_cancelled_job_and_a_refused_one(real: Editor) -> None:
    real.lua(
        """
        _G.heard = {}
        require("lofi").on("generation_complete", function(track) table.insert(_G.heard, track) end)
        require("lofi").on("generation_cancelled", function() _G.cancelled = true end)
        """
    )
    real.command("Lofi generate rainy night, rhodes duration=5 seed=42")
    real.wait("#_G.heard == 1", seconds=60)
    track = real.lua("return _G.heard[1]")
    assert (track["prompt"], track["seed"], track["backend"]) == (
        "rainy night, rhodes",
        42,
        "procedural",
    )
    with wave.open(track["path"]) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(
            track["duration_sec"], 0.01
        )

    real.lua(
        """
        local same = { prompt = "rainy night, rhodes", duration = 5, seed = 42 }
        _G.again = require("lofi").generate(same)
        """
    )
    real.wait("_G.again.done", seconds=30)
    assert real.lua("return _G.again.track.path") == track["path"]

    real.lua(
        '_G.long = require("lofi").generate({ prompt = "long", duration = 600 }, function() end)'
    )
    real.wait("_G.long.id ~= nil")
    real.command("Lofi cancel")
    real.wait("_G.long.done and _G.cancelled", seconds=30)
    assert real.lua("return _G.long.err.name") == "GENERATION_CANCELLED"

    real.lua('_G.bad = require("lofi").generate({ prompt = "x", duration = 2 }, function() end)')
    real.wait("_G.bad.done")
    assert real.lua("return _G.bad.err.name") == "INVALID_DURATION"
    assert real.lua("return _G.bad.err.hint") != ""

    real.lua('require("lofi").library(nil, function(_, tracks) _G.tracks = tracks end)')
    real.wait("_G.tracks ~= nil")
    assert [each["track_id"] for each in real.lua("return _G.tracks")] == [track["track_id"]]


def test_neovim_leaves_at_once_during_a_job_and_the_daemon_follows(real: Editor) -> None:
    real.lua(
        '_G.job = require("lofi").generate({ prompt = "long", duration = 600 }, function() end)'
    )
    real.wait("_G.job.id ~= nil", seconds=30)
    pid = real.lua('return require("lofi.state").get().daemon.pid')
    assert real.quit() == 0
    assert until(lambda: gone(pid))


def test_it_is_what_the_plugin_expects(real: Editor) -> None:
    real.lua(
        """
        require("lofi").styles(function(_, styles) _G.styles = styles end)
        require("lofi").get_backends(function(_, backends) _G.backends = backends end)
        """
    )
    real.wait("_G.styles ~= nil and _G.backends ~= nil", seconds=30)
    assert {each["type"] for each in real.lua("return _G.backends")} >= {"procedural", "musicgen"}
    told = {(style["id"], style["name"]) for style in real.lua("return _G.styles")}
    read = real.lua(
        """
        require("lofi.state").reset()
        return require("lofi.catalogue").known_styles()
        """
    )
    assert {(style["id"], style["name"]) for style in read} == told
