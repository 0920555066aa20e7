"""Make the tiny models of tests/fixtures/models anew: remake_models.py [FOLDER]

Needs the extra ``parity``. What is made, and what it holds: tests/parity/tiny.py.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from parity import tiny

if __name__ == "__main__":
    tiny.make(Path(sys.argv[1]) if len(sys.argv) > 1 else tiny.FOLDER)
