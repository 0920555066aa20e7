"""One subcommand for each module of this folder; they print tables and promise no exit status."""

import argparse
import importlib
import pkgutil
from pathlib import Path


def main() -> None:
    """Run the bench that was named, with the rest of the command line."""
    folder = Path(__file__).parent
    names = sorted(m.name for m in pkgutil.iter_modules([str(folder)]) if m.name != "__main__")
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("subject", choices=[name for name in names if not name.startswith("_")])
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="SUBJECT --help lists them")
    chosen = parser.parse_args()
    importlib.import_module(f"scripts.benches.{chosen.subject}").main(chosen.arguments)


main()
