"""Where the Neovim plugin lies that came with this package; knows nothing of what is in it."""

import argparse
import json
from pathlib import Path

import lofi


def path(arguments: argparse.Namespace) -> None:
    """The folder to put on Neovim's 'runtimepath'."""
    folder = str(runtime())
    print(json.dumps({"path": folder}) if arguments.json else folder)


def runtime() -> Path:
    """The plugin's folder: inside an installed package, above ``src`` in a checkout."""
    package = Path(lofi.__file__).parent
    installed = package / "nvim"
    return installed if installed.is_dir() else package.parents[1]
