"""Downloads in processes of their own: killed, many at once, on small disks, without a network."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from fixtures.daemon import SECONDS, TESTS, until
from fixtures.hub import Hub, noise, stalled
from library.test_disk import in_a_mount
from lofi.hub.folder import Folder, State
from promises.conftest import slow

SIZE = 2_000_000
CHILD = """
import sys
from pathlib import Path
from lofi import manifest
from lofi.hub.download import download
phase = None
for step in download(manifest.read(Path(sys.argv[1])), Path(sys.argv[2])):
    if step.phase != phase:
        print(step.phase, flush=True)
    phase = step.phase
"""
COMMAND = """
import os, sys
from pathlib import Path
from lofi import manifest
from lofi.hub import download
from lofi.hub.patience import Terms
download.Terms = lambda: Terms(sleep=lambda _: None)
manifest.default_folder = lambda: Path(os.environ["LOFI_TEST_MODELS"])
from lofi.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub({"config.json": b"{}", "model.onnx": noise(SIZE)}) as running:
        yield running


class Processes:
    """Starts downloads of one model into one folder."""

    def __init__(self, hub: Hub, root: Path, ends: ExitStack) -> None:
        self.hub, self.root, self.ends = hub, root, ends
        self.given = {
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "PYTHONPATH": str(TESTS),
            "LOFI_MODELS_PATH": str(root / "models"),
            **hub.offer(root / "manifests"),
        }
        self.folder = Folder(root / "models", "tiny")

    def start(self) -> subprocess.Popen[str]:
        manifest = self.root / "manifests" / "tiny.toml"
        process = self.ends.enter_context(
            subprocess.Popen(
                [sys.executable, "-c", CHILD, str(manifest), str(self.root / "models")],
                env=self.given,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        self.ends.callback(process.kill)
        return process

    def lofi(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """The command line, for which waiting takes no time."""
        return subprocess.run(
            [sys.executable, "-c", COMMAND, *words],
            env=self.given | more,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def until_part_holds(self, size: int) -> None:
        def there() -> bool:
            parts = self.folder.path.glob("model.onnx.*.part")
            return any(part.stat().st_size >= size for part in parts)

        assert until(there)

    def holds(self) -> None:
        assert self.folder.state is State.INSTALLED
        assert (self.folder.path / "model.onnx").read_bytes() == self.hub.files["model.onnx"]


@pytest.fixture
def processes(hub: Hub, tmp_path: Path) -> Iterator[Processes]:
    with ExitStack() as ends:
        yield Processes(hub, tmp_path, ends)


def test_a_killed_download_costs_hardly_a_byte_twice(processes: Processes, hub: Hub) -> None:
    had = 0
    for share in (0.1, 0.5, 0.99):
        wanted = int(share * SIZE)
        hub.fault("model.onnx", stalled(wanted - had))
        process = processes.start()
        processes.until_part_holds(wanted)
        process.kill()
        process.wait(SECONDS)
        had = wanted
    assert processes.start().wait(SECONDS) == 0
    processes.holds()
    assert hub.sent <= 1.05 * hub.size


def test_three_at_once_cost_one_transfer(processes: Processes, hub: Hub) -> None:
    for process in [processes.start() for _ in range(3)]:
        assert process.wait(SECONDS) == 0
    processes.holds()
    assert hub.sent == hub.size


def test_who_waits_takes_over_from_the_killed(processes: Processes, hub: Hub) -> None:
    hub.fault("model.onnx", stalled(SIZE // 2))
    first = processes.start()
    processes.until_part_holds(SIZE // 2)
    second = processes.start()
    assert second.stdout is not None
    assert second.stdout.readline() == "waiting\n"
    first.kill()
    assert second.wait(SECONDS) == 0
    processes.holds()
    assert hub.sent == hub.size


FULL = """
import sys
from pathlib import Path
from lofi import manifest
from lofi.errors import ModelDownloadFailed
from lofi.hub.download import download
from lofi.hub.patience import Terms
root = Path(sys.argv[1])
model = manifest.read(Path({manifest!r}))
ballast = root / "ballast"
ballast.write_bytes(bytes(2_500_000))
for spare in (64_000_000, -(1 << 40)):  # as usual; then as if nobody had looked
    try:
        list(download(model, root / "models", Terms(spare=spare), {url!r}))
    except ModelDownloadFailed as error:
        print(error.message, "/", error.hint)
ballast.unlink()
list(download(model, root / "models", Terms(spare=0), {url!r}))
print((root / "models" / "tiny" / "manifest.toml").exists())
"""


def test_a_disk_that_fills_up_is_said_and_the_rest_comes_later(
    processes: Processes, hub: Hub, tmp_path: Path
) -> None:
    manifest = str(processes.root / "manifests" / "tiny.toml")
    script = FULL.format(manifest=manifest, url=hub.url)
    lines = in_a_mount(tmp_path / "disk", script, size="4m").splitlines()
    assert "GB more" in lines[0]
    assert "full" in lines[1]
    assert "goes on" in lines[1] or "go on" in lines[1]
    assert lines[2:] == ["True"]
    ranges = [each.headers["Range"] for each in hub.fetched("model.onnx")]
    assert ranges[-1] is not None


def test_without_a_network_what_is_missing_is_said(processes: Processes, hub: Hub) -> None:
    done = processes.lofi("models", "get", "tiny", "--yes", HF_HUB_OFFLINE="1")
    assert done.returncode == 1
    assert "HF_HUB_OFFLINE" in done.stderr
    assert "Traceback" not in done.stderr
    assert hub.seen == []
    assert processes.lofi("models", "get", "tiny", "--yes").returncode == 0
    for words in (["get", "tiny"], ["verify", "tiny"], ["list"]):
        assert processes.lofi("models", *words, HF_HUB_OFFLINE="1").returncode == 0, words


def test_a_network_that_is_not_there_is_said(processes: Processes) -> None:
    unshare = [shutil.which("unshare") or "unshare", "-n", "-r"]
    if subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no network: this machine lets nobody leave it")
    command = [*unshare, sys.executable, "-c", COMMAND, "models", "get", "tiny", "--yes"]
    done = subprocess.run(
        command, env=processes.given, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "no connection to 127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("address", ["nowhere", "http://[", *map(slow, ("ftp://x", "https://x:y"))])
def test_a_hub_that_is_no_address_is_said(processes: Processes, address: str) -> None:
    done = processes.lofi("models", "get", "tiny", "--yes", HF_ENDPOINT=address)
    assert done.returncode in {1, 2}, done.stderr
    assert "Traceback" not in done.stderr
