"""Make the vectors of tests/golden anew: remake_golden.py [FOLDER]

Needs the extra ``parity``; for those of ACE-Step also a checkout of github.com/ace-step/ACE-Step,
named by ACE_STEP_DIR. What is made, and what it holds: tests/parity/golden.py and
tests/parity/ace_step/golden.py and erg.py.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from parity import golden
from parity.ace_step import erg, original, tiny
from parity.ace_step import golden as ace_step


def main() -> None:
    """Make everything into the folder that the command line names."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else golden.FOLDER.parent
    for name in golden.NAMES:
        golden.write(name, root / golden.FOLDER.name)
    checkout = original.folder()
    if checkout is None:
        print(f"ace_step: left as it is; {original.VARIABLE} must name a checkout of ACE-Step")
        return
    target = root / ace_step.FOLDER.name
    with tempfile.TemporaryDirectory() as work:
        source, deep = Path(work) / "source", Path(work) / "deep"
        tiny.save(source)
        ace_step.write(original.Original(checkout, source), target)
        tiny.save_deep(deep)
        erg.write(original.Original(checkout, deep), target)


if __name__ == "__main__":
    main()
