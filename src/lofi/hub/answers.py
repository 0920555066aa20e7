"""What the headers of a hub's answer mean. Pure."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from lofi.errors import LofiError, ModelDownloadFailed
from lofi.hub.patience import Fault

HEX40 = re.compile(r"[0-9a-f]{40}")
HEX64 = re.compile(r"[0-9a-f]{64}")
RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
AGAIN = {408, 425, 429}
"""Refusals that do not last, besides all from 500 on."""
REDIRECTS = {301, 302, 303, 307, 308}

POINTER = b"version https://git-lfs.github.com/spec/"
PAGES = (b"<!doctype html", b"<html")
PROXY = "a proxy or a login page may stand between us: open it in a browser, then try again"

Headers = Mapping[str, str]


class Head(NamedTuple):
    """What comes before the bytes."""

    status: int
    """200: the whole file follows; 206: a part of it; 416: there is no such part."""
    start: int
    """Where the bytes belong."""
    length: int | None
    """How many follow, if that was said."""
    validator: str | None
    """A strong entity tag."""


def head(status: int, headers: Headers) -> Head:
    """The head of an answer to a request for bytes.

    Raises:
        ModelDownloadFailed: something on the way changes files.
    """
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise ModelDownloadFailed("the files arrive compressed, not as they are", hint=PROXY)
    tag = headers.get("etag", "")
    found = RANGE.fullmatch(headers.get("content-range", "").strip()) if status == 206 else None
    return Head(
        status,
        int(found[1]) if found else 0 if status == 200 else -1,
        number(headers.get("content-length")),
        tag if tag.startswith('"') else None,
    )


def check(status: int, headers: Headers, *, host: str, what: str, own: bool) -> None:
    """Pass answers that carry something; explain all others.

    Args:
        status: as it came.
        headers: as they came.
        host: who answers.
        what: which file was asked for.
        own: whether it is the hub itself, and not a store that it led to.

    Raises:
        Fault: the same request may succeed later.
        ModelDownloadFailed: it will not.
    """
    if status in {200, 206, 416} or status in REDIRECTS:
        return
    if status in AGAIN or status >= 500 or (status in {401, 403} and not own):
        raise Fault(f"{host} answers {status}", _asked(headers))
    raise _refusal(status, host, what)


def _refusal(status: int, host: str, what: str) -> LofiError:
    if status in {401, 403}:
        return ModelDownloadFailed(
            f"{host} does not give us {what} ({status})",
            hint="sign in with HF_TOKEN, after accepting the model's terms on its page",
        )
    if status == 404:
        return ModelDownloadFailed(
            f"{host} has no {what}", hint="it may have been removed; a mirror: HF_ENDPOINT"
        )
    return ModelDownloadFailed(f"{host} answers {status} for {what}")


def refuse_pages(first: bytes, headers_type: str, what: str) -> None:
    """Refuse what is sent instead of a file.

    Raises:
        ModelDownloadFailed: the bytes begin a web page or a pointer to a file.
    """
    begin = first[:512].lstrip().lower()
    if begin.startswith(PAGES) or "text/html" in headers_type.lower():
        raise ModelDownloadFailed(f"a web page came instead of {what}", hint=PROXY)
    if first.startswith(POINTER):
        raise ModelDownloadFailed(
            f"a pointer came instead of {what}",
            hint="the mirror lacks the large files: choose another with HF_ENDPOINT",
        )


def number(text: str | None) -> int | None:
    """A count in a header; None for anything else."""
    return int(text) if text is not None and re.fullmatch(r"\d{1,18}", text) else None


def _asked(headers: Headers) -> float | None:
    """Seconds to wait, given as such or as a date by the hub's own clock."""
    wanted = headers.get("retry-after", "").strip()
    seconds = number(wanted)
    if seconds is not None:
        return float(seconds)
    try:
        until, now = (parsedate_to_datetime(text) for text in (wanted, headers["date"]))
        return max(0.0, (until - now).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None
