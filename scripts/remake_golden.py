"""Make the vectors of tests/golden anew: remake_golden.py [FOLDER]

Needs the extra ``parity``; for those of ACE-Step also a checkout of github.com/ace-step/ACE-Step,
named by ACE_STEP_DIR. What is made, and what it holds: tests/parity/golden.py and
tests/parity/ace_step/golden.py.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from parity import golden
from parity.ace_step import golden as ace_step
from parity.ace_step import original, tiny


def main() -> None:
    """Make everything into the folder that the command line names."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else golden.FOLDER.parent
    for name in golden.NAMES:
        golden.write(name, root / golden.FOLDER.name)
    checkout = original.folder()
    if checkout is None:
        print(f"ace_step: left as it is; {original.VARIABLE} must name a checkout of ACE-Step")
        return
    with tempfile.TemporaryDirectory() as source:
        tiny.save(Path(source))
        ace_step.write(original.Original(checkout, Path(source)), root / ace_step.FOLDER.name)


if __name__ == "__main__":
    main()
