"""How a racer is spoken to: a JSON object a line, asked on standard input, answered on output."""

import json
import os
import sys
import time
from typing import Any

from scripts.benches import _machine as machine

Json = dict[str, Any]


class Wire:
    """The racer's end."""

    def __init__(self) -> None:
        # What libraries print must not get between the answers.
        self._output = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._foreign = machine.Foreign()
        self._began = time.perf_counter()

    def hear(self) -> Json | None:
        """The next command; None is the end."""
        line = sys.stdin.readline()
        self._foreign = machine.Foreign()
        self._began = time.perf_counter()
        command: Json | None = json.loads(line) if line else None
        return command

    def say(self, **figures: object) -> None:
        """Answer, and add what this process holds and what others did meanwhile."""
        always = {
            "took": time.perf_counter() - self._began,
            "foreign": self._foreign.cores(),
            "resident": machine.resident(),
            "peak": machine.peak(),
        }
        print(json.dumps(always | figures), file=self._output, flush=True)
