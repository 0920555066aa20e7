"""Write an ACE-Step checkpoint with random weights: random_ace_step.py SIZE FOLDER

For benchmarks and for trying the exporter without a download: what comes out is noise, at the speed
and in the memory of the real model. Needs the extra ``export``; the true size takes 16 GB of memory
and 8 GB on the disk.
"""

import argparse
from pathlib import Path

from lofi.export.ace_step import synthetic


def main() -> None:
    """Make the checkpoint that the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[1])
    parser.add_argument("size", choices=list(synthetic.SIZES), metavar="SIZE",
                        help=", ".join(synthetic.SIZES))  # fmt: skip
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    synthetic.save(synthetic.SIZES[arguments.size], arguments.folder, arguments.seed)


if __name__ == "__main__":
    main()
