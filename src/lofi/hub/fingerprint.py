"""Whether a content is the expected one."""

import hashlib
from collections.abc import Generator
from pathlib import Path

BLOCK = 1 << 20


class Fingerprint:
    """What tells a content: SHA-256, or git's SHA-1 where nobody knows that."""

    def __init__(self, size: int, sha256: str | None, git: str | None) -> None:
        self._wanted = (sha256, git)
        self._sha256 = hashlib.sha256()
        self._git = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)

    def update(self, data: bytes) -> None:
        """Take note of the next bytes."""
        self._sha256.update(data)
        if self._wanted[0] is None:
            self._git.update(data)

    @property
    def sha256(self) -> str:
        """In hexadecimal digits."""
        return self._sha256.hexdigest()

    @property
    def right(self) -> bool:
        """Whether it is the one expected; where none is known, any is."""
        sha256, git = self._wanted
        return self.sha256 == sha256 if sha256 else git in {None, self._git.hexdigest()}


def read(path: Path, fingerprint: Fingerprint) -> Generator[int, None, None]:
    """Take the fingerprint of a file; yields how far it was read.

    Raises:
        OSError: the disk refuses.
    """
    done = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            fingerprint.update(block)
            done += len(block)
            yield done
