"""The connection to a hub: addresses, token and offline rules as huggingface_hub has them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

from huggingface_hub import constants, get_session, get_token, hf_hub_url
from huggingface_hub.errors import HfHubHTTPError

from lofi import __version__
from lofi.errors import InvalidParams, ModelDownloadFailed
from lofi.hub import answers
from lofi.hub.patience import Fault, Terms
from lofi.manifest import File, Manifest

CONNECT_SECONDS = 10.0
MOST_REDIRECTS = 10
CHATTY = ("httpx", "httpx2", "httpcore", "httpcore2")
"""Loggers that would write addresses, which a hub may have signed."""
BROKEN: tuple[type[BaseException], ...] = HfHubHTTPError.__bases__
"""The hub's error stands on the root of its HTTP library's errors, whichever that is."""


class Client:
    """One hub."""

    def __init__(self, terms: Terms, endpoint: str | None = None) -> None:
        self._terms = terms
        self._endpoint = endpoint or constants.ENDPOINT
        for name in CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)

    @property
    def endpoint(self) -> str:
        """Its address: ``HF_ENDPOINT``, or the public one.

        Raises:
            InvalidParams: it is no address.
        """
        found = self._endpoint.rstrip("/")
        scheme, host, _port = _origin(found)
        if scheme not in {"http", "https"} or host is None:
            raise InvalidParams("HF_ENDPOINT is no address", hint="use https://HOST")
        return found

    @property
    def offline(self) -> bool:
        """Whether the user forbade the network with ``HF_HUB_OFFLINE``."""
        return constants.HF_HUB_OFFLINE

    def address(self, model: Manifest, file: File, revision: str) -> str:
        """Where a file is."""
        return hf_hub_url(model.repo, file.path, revision=revision, endpoint=self.endpoint)

    @contextmanager
    def answer(self, method: str, url: str, headers: dict[str, str], what: str) -> Iterator[Any]:
        """The last answer of a chain of redirects; for HEAD, the hub's own last one.

        Raises:
            Fault: it may be better next time.
            ModelDownloadFailed: it will not.
        """
        session = get_session()
        patience = (CONNECT_SECONDS, self._terms.stall, self._terms.stall, CONNECT_SECONDS)
        try:
            for _ in range(MOST_REDIRECTS):
                request = session.build_request(
                    method, url, headers=headers | self._identity(url), timeout=patience
                )
                response = session.send(request, stream=True, follow_redirects=False)
                try:
                    following = self._following(method, url, response)
                    if following is None:
                        self._check(url, response, what)
                        yield response
                        return
                    url = following
                finally:
                    response.close()
        except BROKEN as error:
            raise Fault(_reason(urlsplit(url).hostname, error, self._terms)) from None
        raise ModelDownloadFailed(f"{urlsplit(url).hostname} redirects us in circles")

    def _check(self, url: str, response: Any, what: str) -> None:  # noqa: ANN401 - of either library
        host = str(urlsplit(url).hostname)
        own = _origin(url) == _origin(self.endpoint)
        answers.check(response.status_code, response.headers, host=host, what=what, own=own)

    def _following(self, method: str, url: str, response: Any) -> str | None:  # noqa: ANN401
        if response.status_code not in answers.REDIRECTS:
            return None
        found = _joined(url, str(response.headers.get("location", "")))
        if method == "HEAD" and _origin(found) != _origin(url):
            return None
        scheme, host, _port = _origin(found)
        if host is None or scheme not in {_origin(url)[0], "https"}:
            raise ModelDownloadFailed(f"{urlsplit(url).hostname} leads us to an unsafe address")
        return found

    def _identity(self, url: str) -> dict[str, str]:
        """Who we are; the token goes to the hub itself and to nobody it leads us to."""
        headers = {"User-Agent": f"lofi/{__version__}"}
        token = None if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN else get_token()
        if token and _origin(url) == _origin(self.endpoint):
            headers["Authorization"] = f"Bearer {token}"
        return headers


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Who answers there; nobody if it is no address."""
    parts = urlsplit(url)
    try:
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "", None, None
    return parts.scheme, parts.hostname, port


def _joined(url: str, location: str) -> str:
    """Where a redirect leads; nowhere if it is no address."""
    try:
        found = urljoin(url, location)
        urlsplit(found)
    except ValueError:
        return ""
    return found


def _reason(host: str | None, error: BaseException, terms: Terms) -> str:
    """In words of our own: a library's may hold a whole address."""
    kind = type(error).__name__
    if kind == "ReadTimeout":
        return f"{host} sent nothing for {terms.stall:g} s"
    if kind.startswith("Connect"):
        return f"no connection to {host}"
    return f"the connection to {host} broke off"
