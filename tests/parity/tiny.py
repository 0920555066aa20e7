"""The models of tests/fixtures/models: MusicGens of random weights, exported by lofi.export.

The names say what they try:

- mono: 2 layers, merged decoder, codec in both directions;
- mono-split: the same weights, decoder in two files, no codec encoder;
- stereo: 3 layers, 8 codebooks, merged decoder, codec in both directions;
- melody: 2 layers, no cross-attention, conditioned by chroma; codec in both directions;
- transformersjs: mono, 4 layers, in the layout of transformers.js, decoder also in 8 bits.

The ACE-Steps beside them are described in ace_step/tiny.py. SHA256SUMS lists every file.
"""

import shutil
import tempfile
from pathlib import Path

from lofi.export import contents, synthetic
from lofi.export.folder import Layout, Wish, export
from lofi.export.parts import Precision
from parity.ace_step import tiny as ace_step

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "models"
SUMS = "SHA256SUMS"
MONO, STEREO, DEEP = synthetic.tiny(2), synthetic.tiny(3, stereo=True), synthetic.tiny(4)
MELODY = synthetic.tiny(2, melody=True)
MODELS = {
    "mono": (MONO, 0, Wish()),
    "mono-split": (MONO, 0, Wish(merged=False, split=True, encoder=False)),
    "stereo": (STEREO, 3, Wish()),
    "melody": (MELODY, 4, Wish()),
    "transformersjs": (
        DEEP,
        2,
        Wish(Layout.TRANSFORMERSJS, Precision.INT8, encoder=False),
    ),
}
"""Size, seed and form of each."""


def make(folder: Path) -> None:
    """Write every model into ``folder``, replacing those that are there once all are made."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        for name, (size, seed, wish) in MODELS.items():
            source = Path(work) / "checkpoints" / name
            synthetic.save(size, source, seed)
            export(source, Path(work) / "models" / name, wish)
        source, deep = (Path(work) / "checkpoints" / name for name in (ace_step.NAME, ace_step.ERG))
        ace_step.save(source)
        ace_step.save_deep(deep)
        ace_step.make(source, deep, Path(work) / "models")
        for name in (*MODELS, *ace_step.NAMES):
            shutil.rmtree(folder / name, ignore_errors=True)
            shutil.move(Path(work) / "models" / name, folder / name)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    lines = [f"{contents.digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
