"""What a hub says about files, and their bytes. The bytes are fetched by ourselves, since
huggingface_hub neither resumes what an earlier process began nor compares fingerprints.

Everything here blocks; ``pump`` runs it beside whoever waits.
"""

from collections.abc import Generator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from lofi.errors import InvalidParams, ModelDownloadFailed
from lofi.hub import answers
from lofi.hub.answers import Head
from lofi.hub.fingerprint import Fingerprint
from lofi.hub.patience import Terms
from lofi.manifest import File, Manifest

if TYPE_CHECKING:
    from lofi.hub.client import Client


class Remote(NamedTuple):
    """One file as the hub holds it."""

    file: File
    url: str
    size: int
    sha256: str | None
    git: str | None
    """Git's SHA-1 of the file: all there is for small files that no manifest knows exactly."""
    commit: str | None

    @property
    def tag(self) -> str:
        """Twelve digits that another content would not have."""
        return (self.sha256 or self.git or f"{self.size:012x}")[:12]

    @property
    def part(self) -> str:
        """The name of its file while it is on its way."""
        return f"{self.file.name}.{self.tag}.part"

    def fingerprint(self) -> Fingerprint:
        """The one it must have, of nothing yet."""
        return Fingerprint(self.size, self.sha256, self.git)


class Source:
    """A hub."""

    def __init__(self, terms: Terms, endpoint: str | None = None) -> None:
        self._terms = terms
        self._endpoint = endpoint

    @cached_property
    def _client(self) -> "Client":
        try:
            from lofi.hub.client import Client
        except ValueError as error:  # the library reads its settings while it is imported
            raise InvalidParams(
                f"huggingface_hub cannot use its settings: {error}",
                hint="correct HF_ENDPOINT and the other variables that begin with HF_",
            ) from None

        return Client(self._terms, self._endpoint)

    @property
    def offline(self) -> bool:
        """Whether the user forbade the network with ``HF_HUB_OFFLINE``."""
        return self._client.offline

    def ask(self, manifest: Manifest, file: File, revision: str) -> Remote:
        """What the hub says about a file.

        Raises:
            Fault: it does not say anything now.
            ModelDownloadFailed: it has no such file, or another one than the manifest means.
        """
        with self._client.answer(
            "HEAD", self._client.address(manifest, file, revision), {}, file.path
        ) as response:
            headers = response.headers
            led_away = response.status_code in answers.REDIRECTS
            if not led_away:
                answers.refuse_pages(b"", headers.get("content-type", ""), file.path)
        tag = headers.get("x-linked-etag") or headers.get("etag") or ""
        tag = tag.removeprefix("W/").strip('"')
        size = answers.number(headers.get("x-linked-size"))
        if size is None and not led_away:
            size = answers.number(headers.get("content-length"))
        commit = headers.get("x-repo-commit", "")
        known = commit if answers.HEX40.fullmatch(commit) else None
        sha256 = tag if answers.HEX64.fullmatch(tag) else None
        git = tag if answers.HEX40.fullmatch(tag) else None
        self._compare(file, size, sha256)
        return Remote(
            file,
            self._client.address(manifest, file, known or revision),
            file.size or size or 0,
            file.sha256 or sha256,
            git,
            known,
        )

    def _compare(self, file: File, size: int | None, sha256: str | None) -> None:
        """See to it that the hub means the file that the manifest means."""
        host = urlsplit(self._client.endpoint).hostname
        if not (file.size or size):
            raise ModelDownloadFailed(f"{host} does not say how large {file.path} is")
        for wanted, offered in ((file.size, size), (file.sha256, sha256)):
            if wanted is not None and offered is not None and wanted != offered:
                raise ModelDownloadFailed(
                    f"{host} offers another {file.path} than the one this version knows",
                    hint="a newer lofi may know it; a mirror may be out of date",
                )

    def send(
        self, remote: Remote, start: int, validator: str | None
    ) -> Generator[Head | bytes, None, None]:
        """The head of the hub's answer, then the bytes of a file from ``start`` on.

        Raises:
            Fault: the connection breaks, stalls, or the hub is busy.
            ModelDownloadFailed: something else than the file would come.
        """
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
            headers |= {"If-Range": validator} if validator else {}
        name = remote.file.path
        with self._client.answer("GET", remote.url, headers, name) as response:
            head = answers.head(response.status_code, response.headers)
            kind = response.headers.get("content-type", "")
            chunks = response.iter_raw()
            first = next(chunks, b"")
            if head.start == 0:
                answers.refuse_pages(first, kind, name)
            yield head
            yield first
            yield from chunks
