"""``python -m lofi``."""

import sys

from lofi.cli import main

sys.exit(main())
