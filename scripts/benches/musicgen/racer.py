"""One that is measured, in a process of its own."""

import contextlib
import json
import subprocess
import tempfile
from dataclasses import dataclass, field
from typing import IO

from scripts.benches.musicgen import tools
from scripts.benches.musicgen.traffic import Traffic
from scripts.benches.musicgen.wire import Json

from lofi.jobs.process import ENVIRONMENT


@dataclass(frozen=True)
class Entrant:
    """Who takes part, and how it is started."""

    name: str
    command: tuple[str, ...]
    spec: Json = field(hash=False)
    """What the process is told."""
    traffic: Traffic | None
    peer: bool = False
    slow: bool = False
    """Whole tracks take minutes."""


class Racer:
    """The process of an entrant."""

    def __init__(self, entrant: Entrant) -> None:
        """Start it and wait until its model is in memory.

        Raises:
            Absent: it does not come up.
        """
        self.entrant = entrant
        self._errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 # see close
        try:
            self._process = subprocess.Popen(  # noqa: S603 # ourselves and our peers
                [*entrant.command, json.dumps(entrant.spec)], text=True, cwd=tools.ROOT,
                env=tools.clean({} if entrant.peer else ENVIRONMENT),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            )  # fmt: skip
        except OSError as error:
            self._errors.close()
            raise tools.Absent(f"{entrant.command[0]}: {error.strerror}") from None
        try:
            self.ready = self._answer()
        except tools.Absent:
            self.close()
            raise

    def ask(self, **command: object) -> Json:
        """Give a command and wait for what it measured.

        Raises:
            Absent: the process has died.
        """
        try:
            self._pipe("stdin").write(json.dumps(command) + "\n")
            self._pipe("stdin").flush()
        except OSError:
            raise tools.Absent(self._end()) from None
        return self._answer()

    def close(self) -> None:
        """Let it end."""
        for name in ("stdin", "stdout"):
            with contextlib.suppress(OSError):  # it has died with a command unread
                self._pipe(name).close()
        self._process.wait()
        self._errors.close()

    def _answer(self) -> Json:
        line = self._pipe("stdout").readline()
        if not line:
            raise tools.Absent(self._end())
        answer: Json = json.loads(line)
        return answer

    def _end(self) -> str:
        status = self._process.wait()
        self._errors.seek(0)
        return f"ended with {status}: {tools.last(self._errors.read())}"

    def _pipe(self, name: str) -> IO[str]:
        pipe: IO[str] = getattr(self._process, name)
        return pipe
