"""One file from the hub to its place: resumed, fingerprinted, and tried again where that helps."""

import logging
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from lofi.errors import ModelDownloadFailed
from lofi.hub.answers import Head
from lofi.hub.part import Part, explained
from lofi.hub.patience import Fault, Patience, Terms
from lofi.hub.pump import pumped
from lofi.hub.source import Remote, Source

logger = logging.getLogger(__name__)


class Transfer:
    """Brings one file into a folder."""

    def __init__(self, source: Source, remote: Remote, terms: Terms) -> None:
        self._source = source
        self._remote = remote
        self._terms = terms
        self._validator: str | None = None
        """The entity tag of what has been sent so far, if that was said."""

    def run(self, folder: Path) -> Generator[int, None, str]:
        """Fetch what is missing; yields how many bytes there are, several times a second.

        Returns:
            The SHA-256 of the file, which lies at its place now.

        Raises:
            ModelDownloadFailed: the hub does not send the right bytes, or the disk refuses.
        """
        try:
            part = Part(folder, self._remote)
        except OSError as error:
            raise explained(error, folder) from None
        with closing(part):
            yield from part.resume()
            for _ in range(2):
                yield from self._fill(part)
                if part.fingerprint.right:
                    part.place()
                    return part.fingerprint.sha256
                logger.warning("%s arrived with wrong bytes; removed", part.path.name)
                part.restart()
            part.path.unlink()
        raise ModelDownloadFailed(
            f"{self._remote.file.path} arrived twice with wrong bytes; it was removed",
            hint="try again later, or from another hub with HF_ENDPOINT",
        )

    def _fill(self, part: Part) -> Generator[int, None, None]:
        patience = Patience(self._terms)
        while part.size < self._remote.size:
            before = part.size
            try:
                yield from self._attempt(part)
            except Fault as fault:
                logger.info("%s: %s", part.path.name, fault.reason)
                for _ in patience.after(fault, part.size - before):
                    yield part.size

    def _attempt(self, part: Part) -> Generator[int, None, None]:
        """Append one answer of the hub."""
        with closing(pumped(self._source.send(self._remote, part.size, self._validator))) as items:
            for item in items:
                if isinstance(item, Head):
                    self._begin(part, item)
                elif item is not None:
                    if part.size + len(item) > self._remote.size:
                        part.restart()
                        raise Fault(f"more came than {self._remote.file.path} holds")
                    part.append(item)
                yield part.size
        if part.size < self._remote.size:
            raise Fault(f"{part.size} of {self._remote.size} bytes came")

    def _begin(self, part: Part, head: Head) -> None:
        """See where the bytes belong that are about to come."""
        if head.start != part.size:
            part.restart()
        self._validator = head.validator
        if head.start not in {0, part.size}:
            self._validator = None
            raise Fault(f"the hub cannot send {self._remote.file.path} from here on")
        if head.length is not None and part.size + head.length != self._remote.size:
            self._validator = None
            raise Fault(
                f"{head.length} bytes are announced of {self._remote.file.path}, "
                f"{self._remote.size - part.size} are missing"
            )
