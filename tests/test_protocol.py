"""The protocol's page and schema agree with its types, and its types with what is really said."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.daemon import Daemon, Json, until
from fixtures.hub import Hub, noise, stalled
from lofi.rpc import heard, results
from lofi.rpc.methods import TABLE

ROOT = Path(__file__).parent.parent
TOLD = results.NOTIFICATIONS | heard.NOTIFICATIONS
FILES = ("protocol.md", "protocol.schema.json")


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.docs.protocol", "--check", str(folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )


def test_page_and_schema_are_those_of_the_types() -> None:
    done = checked(ROOT / "doc")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_a_page_that_says_something_else_is_noticed(tmp_path: Path) -> None:
    for name in FILES:
        shutil.copy(ROOT / "doc" / name, tmp_path)
    page = tmp_path / FILES[0]
    page.write_text(page.read_text(encoding="utf-8").replace("-32004", "-32044"), encoding="utf-8")
    done = checked(tmp_path)
    assert done.returncode == 1
    assert FILES[0] in done.stdout
    assert FILES[1] not in done.stdout


def test_the_schema_names_every_method_and_notification() -> None:
    schema = json.loads((ROOT / "doc" / FILES[1]).read_text(encoding="utf-8"))
    assert schema["methods"].keys() == {*TABLE, "initialize", "ping", "shutdown"}
    assert schema["notifications"].keys() == TOLD.keys()
    assert schema["errors"]["QUEUE_FULL"] == -32004


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    home = tmp_path_factory.mktemp("home")
    with Hub({"a.onnx": noise(2000), "b.onnx": noise(3000, 1)}) as hub:
        hub.fault("b.onnx", stalled(1000))
        models = [hub.model(name=name) for name in ("tiny", "other")]
        with hub.serving(home / "manifests", *models, home=home) as running:
            yield running


class Script:
    """One client that calls everything there is."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.said: dict[str, Json] = {}

    def call(self, *methods: str, **params: object) -> str:
        """Call some methods in turn; the id of the track that the last one named, if it did."""
        for method in methods:
            self.said[method] = self.daemon.call(method, **params)
        return str(self.said[methods[-1]].get("track_id"))

    def run(self) -> None:
        track = self.call("generate", prompt="steady stream", duration_sec=1, stream=True)
        self.daemon.hear("generation_complete", track_id=track)
        broken = self.call("generate", prompt="raise")
        self.daemon.hear("generation_error", track_id=broken)
        running = self.call("generate", prompt="patient")
        self.daemon.hear("generation_progress", track_id=running, percent=45)
        self.call("generate", prompt="steady", seed=1)
        waiting = self.call("generate", prompt="steady", seed=2)
        self.call("queue_move", track_id=waiting, position=1)
        self.call("initialize", "ping", "status", "styles", "get_backends", "queue_status")
        self.call("queue_clear")
        self.call("cancel", track_id=running)
        self.daemon.hear("generation_cancelled", track_id=running)
        self.call("library_get", "library_favorite", "library_export", track_id=track)
        self.call("library_list", "library_stats", "cache_list", "cache_stats")
        self.play(track)
        self.call("library_delete", track_id=track)
        again = self.daemon.make(duration_sec=1)["track_id"]
        self.call("cache_delete", track_id=again)
        self.call("library_clear", "cache_clear")
        self.call("confirm_download", model="tiny", consent=True)
        self.call("download_backend", model="tiny")
        self.daemon.hear("download_progress", file_name="b.onnx")
        self.call("download_cancel", model="tiny")
        self.daemon.hear("download_error", model="tiny")
        self.daemon.call("download_backend", model="other", consent=True)
        self.daemon.hear("download_complete", model="other")

    def play(self, track: str) -> None:
        """All that sounds, though nobody hears it."""
        self.call("playlist_add", track_id=track)
        self.call("playlist_move", track_id=track, position=0)
        self.call("play", "pause", "resume", "toggle", "toggle", "playlist_get")
        self.call("seek", position_sec=0)
        self.call("volume_set", level=0.5)
        self.call("volume_get", "mute", "mute", "playback_status", "audio_devices")
        self.call("duck", active=False)
        self.call("audio_device_set", device=None)
        self.call("crossfade_set", duration_sec=2)
        self.call("playlist_set", loop="all")
        self.call("next", "skip", "previous", "stop")
        self.call("playlist_remove", track_id=track)
        self.call("playlist_clear", "prefetch_config")
        self.call("radio_start", prompt="rain", backend="fake")
        self.call("radio_steer", intensity=0.5)
        assert until(lambda: self.daemon.call("playback_status")["position"]["position"] > 1.5)
        self.call("keep", seconds=1)
        self.call("timer_start", "timer_stop", "radio_stop")


def test_everything_the_daemon_says_has_the_shape_it_promises(daemon: Daemon) -> None:
    script = Script(daemon)
    script.run()
    shapes = results.LIGHT | {name: each.result for name, each in TABLE.items()}
    assert script.said.keys() == shapes.keys() - {"shutdown"}
    for method, result in script.said.items():
        shapes[method].model_validate_json(json.dumps(result), strict=True)
    told = [each for each in daemon.said if "method" in each]
    assert {each["method"] for each in told} == TOLD.keys()
    for each in told:
        shape = TOLD[each["method"]]
        shape.model_validate_json(json.dumps(each["params"]), strict=True)
