"""The models that are measured: true sizes, random weights, made once and kept outside the tree."""

import argparse
import hashlib
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.benches import _generator
from scripts.benches.musicgen import tools

from lofi.backends.musicgen import fast, layout
from lofi.device import Device, Placement
from lofi.optimize.folder import optimise
from lofi.optimize.packing import Precision

MAKERS = "src/lofi/export", "scripts/random_musicgen.py", "scripts/export_musicgen.py"
FUSERS = "src/lofi/optimize", "src/lofi/backends/musicgen/fast.py"
"""What a kept model was made by: when that changes, it is made anew."""
STAMP = "made-by"
CHECKPOINT = "checkpoint"
JS_FOLDER = "musicgen"


class Store:
    """Keeps models of one size, or what is made of a model that was brought along."""

    def __init__(self, cache: Path, size: str, brought: Path | None) -> None:
        """Keep them in ``cache``.

        Args:
            cache: where.
            size: of the random model.
            brought: the folder of a published model to measure instead.
        """
        self.cache = cache.resolve()
        self._size = size
        self._brought = brought.resolve() if brought else None
        own = _digest(str(self._brought).encode())[:12] if brought else size
        self._folder = self.cache / own

    def published(self) -> Path:
        """The model as published.

        Raises:
            Absent: it is not there and cannot be made.
        """
        made = self._folder / "published"
        shutil.rmtree(made / fast.NAME, ignore_errors=True)  # of an optimising that was cut short
        stamp = _stamp(MAKERS) if self._brought is None else _digest(_seen(self._brought))
        if _is(made, stamp):
            return made
        shutil.rmtree(made, ignore_errors=True)
        if self._brought is None:
            self._make(made)
        else:
            layout.find(self._brought)  # says what is missing before anything is copied
            shutil.copytree(self._brought, made, ignore=shutil.ignore_patterns(fast.NAME))
        (made / STAMP).write_text(stamp, encoding="utf-8")
        return made

    def _make(self, made: Path) -> None:
        checkpoint = self._folder / CHECKPOINT
        shutil.rmtree(checkpoint, ignore_errors=True)
        python = tools.torch()
        tools.say(f"making a model of size {self._size} in {self._folder}")
        tools.run([python, "scripts/random_musicgen.py", self._size, checkpoint])
        tools.run([python, "scripts/export_musicgen.py", checkpoint, made])

    def checkpoint(self) -> Path:
        """The same weights for torch.

        Raises:
            Absent: the model was brought along.
        """
        if self._brought is not None:
            raise tools.Absent("there is no checkpoint beside the model that was brought along")
        self.published()
        return self._folder / CHECKPOINT

    def optimised(self, precision: Precision) -> Path:
        """The model with its fast decoder.

        Raises:
            Absent: it cannot be made.
        """
        source = self.published()
        made = self._folder / precision
        stamp = _stamp(FUSERS) + _digest(_seen(source))
        if _is(made, stamp) and layout.find(made).fast is not None:
            return made
        tools.say(f"optimising to {precision}")
        # In a process of its own, whose memory is gone afterwards.
        tools.run([sys.executable, "-m", __name__, source, precision])
        _fresh(made, {path.name: path for path in _files(source)})
        (source / fast.NAME).rename(made / fast.NAME)
        (made / STAMP).write_text(stamp, encoding="utf-8")
        return made

    def javascript(self) -> Path:
        """The published graphs where transformers.js looks for them.

        Raises:
            Absent: the model was brought along.
        """
        checkpoint, source = self.checkpoint(), self.published()
        made = self._folder / JS_FOLDER
        graphs = {f"onnx/{path.name}": path for path in source.glob("*.onnx*")}
        _fresh(made, {path.name: path for path in checkpoint.glob("*.json")} | graphs)
        return made


def _is(folder: Path, stamp: str) -> bool:
    note = folder / STAMP
    return note.is_file() and note.read_text(encoding="utf-8") == stamp


def _stamp(sources: Sequence[str]) -> str:
    """Of the code that makes something."""
    paths = [tools.ROOT / source for source in sources]
    files = [each for path in paths for each in (path, *sorted(path.glob("*.py")))]
    return _digest(b"".join(each.read_bytes() for each in files if each.is_file()))


def _seen(folder: Path) -> bytes:
    """Which files a model is made of, without reading them."""
    facts = [(str(each), each.stat().st_size, each.stat().st_mtime_ns) for each in _files(folder)]
    return repr(sorted(facts)).encode()


def _files(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if each.is_file() and each.name != STAMP]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _fresh(folder: Path, files: Mapping[str, Path]) -> None:
    """A new folder of links under these names."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, path in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(path)


def main() -> None:
    """Make the fast decoder of the model in a folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("precision", type=Precision)
    chosen = parser.parse_args()
    _generator.result(optimise(chosen.folder, chosen.precision, Placement(Device.CPU)))


if __name__ == "__main__":
    main()
