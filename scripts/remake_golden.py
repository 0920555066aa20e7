"""Make the vectors of tests/golden/musicgen anew: remake_golden.py [FOLDER]

Needs the extra ``parity``. What is made, and what it holds: tests/parity/golden.py and melody.py.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from parity import golden, melody

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else golden.FOLDER
    for name in golden.NAMES:
        golden.write(name, folder)
    melody.write(folder)
