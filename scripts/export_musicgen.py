"""Turn a MusicGen checkpoint into a model folder: export_musicgen.py CHECKPOINT OUTPUT

The checkpoint is a folder as published at facebook/musicgen-small, -medium, -large, -melody or
-stereo-...: config.json, safetensors, tokenizer. Needs the extra ``export``.
"""

import argparse
import sys
from pathlib import Path

from lofi.errors import LofiError
from lofi.export.folder import Layout, Wish, export
from lofi.export.parts import Precision


def main() -> int:
    """Export what the command line names; 1 when that cannot be done."""
    arguments = _parser().parse_args()
    wish = Wish(
        layout=Layout(arguments.layout),
        precision=arguments.precision,
        merged=arguments.decoder != "split",
        split=arguments.decoder != "merged",
        encoder=arguments.encoder,
    )
    try:
        written = export(arguments.checkpoint, arguments.output, wish)
    except LofiError as error:
        print(f"error: {error.message}\nhint: {error.hint}", file=sys.stderr)
        return 1
    for path in written:
        print(f"{path.stat().st_size:>13,}  {path}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[1])
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    parser.add_argument("output", type=Path, metavar="OUTPUT", help="must not exist yet")
    parser.add_argument("--layout", choices=[str(layout) for layout in Layout], default="published")
    number = parser.add_mutually_exclusive_group()
    number.add_argument(
        "--fp16", dest="precision", action="store_const", const=Precision.FP16, help="half the size"
    )
    number.add_argument(
        "--int8", dest="precision", action="store_const", const=Precision.INT8,
        help="8-bit weights in the decoder",
    )  # fmt: skip
    form = parser.add_mutually_exclusive_group()
    for name, text in (
        ("merged", "the decoder as one file (the default)"),
        ("split", "as two files"),
        ("both", "as one file and as two"),
    ):
        form.add_argument(f"--{name}", dest="decoder", action="store_const", const=name, help=text)
    parser.add_argument(
        "--no-encoder", dest="encoder", action="store_false", help="leave encodec_encode.onnx out"
    )
    parser.set_defaults(precision=Precision.FP32, decoder="merged")
    return parser


if __name__ == "__main__":
    sys.exit(main())
