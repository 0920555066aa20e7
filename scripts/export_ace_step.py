"""Turn an ACE-Step checkpoint into a model folder: export_ace_step.py CHECKPOINT OUTPUT

The checkpoint is a folder as published at ACE-Step/ACE-Step-v1-3.5B: ace_step_transformer,
music_dcae_f8c8, music_vocoder and umt5-base, as safetensors. Needs the extra ``export``, 24 GB of
memory and 13 GB on the disk.
"""

import argparse
import sys
from pathlib import Path

from lofi.errors import LofiError
from lofi.export.ace_step.folder import Wish, export
from lofi.export.ace_step.parts import Precision


def main() -> int:
    """Export what the command line names; 1 when that cannot be done."""
    arguments = _parser().parse_args()
    wish = Wish(arguments.precision, arguments.encoder, arguments.erg)
    try:
        report = export(arguments.checkpoint, arguments.output, wish)
    except LofiError as error:
        print(f"error: {error.message}\nhint: {error.hint}", file=sys.stderr)
        return 1
    for path in report.files:
        print(f"{path.stat().st_size:>14,}  {path}")
    for stem, difference in report.differences.items():
        print(f"{difference:>14.1e}  difference of {stem} from torch")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[1])
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    parser.add_argument("output", type=Path, metavar="OUTPUT", help="must not exist yet")
    parser.add_argument(
        "--fp16", dest="precision", action="store_const", const=Precision.FP16,
        help="half the size; the text encoder stays in float32",
    )  # fmt: skip
    parser.add_argument(
        "--no-encoder", dest="encoder", action="store_false", help="leave dcae_encoder.onnx out"
    )
    parser.add_argument(
        "--no-erg", dest="erg", action="store_false",
        help="only the inputs that the published files have; the model is then made without ERG",
    )  # fmt: skip
    parser.set_defaults(precision=Precision.FP32)
    return parser


if __name__ == "__main__":
    sys.exit(main())
