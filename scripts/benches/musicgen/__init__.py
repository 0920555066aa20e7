"""How fast MusicGen is here: steps, whole tracks, memory, beside its peers. Judges nothing."""

import argparse
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str]) -> None:
    """Measure, and print the tables; the racers' processes import this too, and need no more."""
    from scripts.benches.musicgen import report  # noqa: PLC0415

    report.main(_parser().parse_args(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/bench musicgen", description=__doc__)
    parser.add_argument("--size", default="small", help="small, medium, large, stereo-small")
    parser.add_argument("--model", type=Path, help="measure the model in this folder instead")
    parser.add_argument("--cache", type=Path, help="where models and packages are kept")
    parser.add_argument(
        "--only", type=_list, help="those of our variants that contain one of these"
    )
    parser.add_argument("--peers", type=_list, default=["all"], help="all, none, or parts of names")
    parser.add_argument("--seconds", type=_numbers, default=[10, 30], help="lengths of tracks")
    parser.add_argument("--tracks", type=int, default=2, help="of each length; the best counts")
    parser.add_argument("--positions", type=_numbers, default=[0, 750, 1400])
    parser.add_argument("--rounds", type=int, default=8, help="windows at each position")
    parser.add_argument("--steps", type=int, default=10, help="in a window")
    parser.add_argument("--threads", type=int, help="for everyone; else what each would take")
    parser.add_argument("--patience", type=float, default=0.0, metavar="SECONDS",
                        help="to wait in all for others to leave the machine alone")  # fmt: skip
    parser.add_argument("--full", action="store_true", help="long tracks of slow peers too")
    parser.add_argument("--profile", action="store_true", help="where the time of a track went")
    return parser


def _list(text: str) -> list[str]:
    return text.split(",")


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]
