"""What others have to bring: an environment with torch, packages for node. What fails is absent."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
JAVASCRIPT = "@huggingface/transformers@4.3.1"
"""It brings onnxruntime-node."""
QUIET = {"ONNXRUNTIME_NODE_INSTALL_CUDA": "skip"}


class Absent(Exception):
    """Something cannot take part; the text says why."""


def run(command: Sequence[str | Path], **environment: str) -> None:
    """Run a command in the root of the repository.

    Raises:
        Absent: it cannot be started, or fails; with the last line that it printed.
    """
    try:
        subprocess.run(  # noqa: S603 # our own scripts, and npm
            command, check=True, text=True, cwd=ROOT, env=clean(environment),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
    except OSError as error:
        raise Absent(f"{Path(command[0]).name}: {error.strerror}") from None
    except subprocess.CalledProcessError as error:
        raise Absent(f"{Path(command[0]).name}: {last(error.stdout)}") from None


def clean(added: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would keep libraries to one thread."""
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_NUM_THREADS")}
    return kept | dict(added)


def last(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:160] if lines else "no word of why"


def torch() -> Path:
    """The interpreter of an environment with torch and transformers, made if need be.

    Raises:
        Absent: it cannot be made.
    """
    folder = os.environ.get("LOFI_PARITY_VENV", ".venv-parity")
    run(["scripts/setup", "parity"], LOFI_VENV=folder)
    return ROOT / folder / "bin/python"


def node() -> str:
    """The interpreter of JavaScript.

    Raises:
        Absent: there is none.
    """
    found = shutil.which("node")
    if found is None:
        raise Absent("node is not installed")
    return found


def javascript(cache: Path) -> Path:
    """A folder in which node finds transformers.js, made if need be.

    Raises:
        Absent: npm cannot install it.
    """
    folder = cache / "node"
    done = folder / "installed"
    if not done.exists() or done.read_text(encoding="utf-8") != JAVASCRIPT:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        say(f"installing {JAVASCRIPT}")
        run(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", JAVASCRIPT], **QUIET)
        done.write_text(JAVASCRIPT, encoding="utf-8")
    return folder


def say(text: str) -> None:
    """Tell whoever waits what is going on, beside the tables."""
    print(f"bench: {text}", file=sys.stderr, flush=True)
