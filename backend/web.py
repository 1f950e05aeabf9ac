"""One request for what is missing of a file; everything that a server can do wrong becomes a sentence."""

from __future__ import annotations

import email.utils
import functools
import re
import ssl
import time
from pathlib import PurePath

import httpx2

from backend.errors import DownloadError
from backend.gate import Gate
from backend.part_file import PartFile
from backend.transfer import Meter, Source, Tick, need_room
from backend.units import size as in_words

TIMEOUT = httpx2.Timeout(20.0)  # seconds without a byte; also the longest that a cancelled download may hang on
_HEADERS = {"User-Agent": "dmc-studio", "Accept-Encoding": "identity"}
_AGAIN = frozenset({408, 425, 429, *range(500, 600)})
_REFUSALS = {
    401: "{host} gives '{name}' only after a login or once a licence is accepted (401).",
    403: "{host} gives '{name}' only after a login or once a licence is accepted (403).",
    404: "{host} does not have '{name}' (404); it was probably moved.",
    410: "{host} no longer has '{name}' (410).",
}


class Interrupted(Exception):  # noqa: N818 - another try may help
    """The download broke off; what came so far is kept.

    Args:
        sentence: what happened.
        after: seconds that the server wants to be left alone, 0 where it did not say.
    """

    def __init__(self, sentence: str, after: float = 0.0) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.after = after


def by_hand(source: Source, part: PartFile) -> str:
    """Return the hint how to do without a download."""
    return f"You can also download {source.url} by hand and put it at '{part.goal}'."


def connect() -> httpx2.Client:
    """Return what makes requests, to be closed after the last of them.

    Raises:
        DownloadError: the environment names a proxy that cannot be used.
    """
    try:
        return httpx2.Client(headers=_HEADERS, follow_redirects=True, timeout=TIMEOUT, verify=_certificates())
    except (ImportError, ValueError) as error:
        sentence = "The proxy that the environment names cannot be used."
        hint = f"Set HTTPS_PROXY to an http:// address and unset ALL_PROXY ({error})."
        raise DownloadError(sentence, hint) from error


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Load the system's certificates once: it takes a tenth of a second."""
    return httpx2.create_ssl_context()


def receive(client: httpx2.Client, source: Source, part: PartFile, *, tick: Tick, gate: Gate) -> None:
    """Ask for what is missing of a file and append it.

    Raises:
        Interrupted: another try may help.
        DownloadError: no other try helps.
        StorageError: there is no room, or the disk cannot be written.
        Stopped: the gate was closed; what came so far is kept.
    """
    try:
        with client.stream("GET", source.url, headers=_range(part)) as response:
            _begin(response, source, part)
            _store(response, source, part, Meter(source.name, "download", part.size, tick), gate)
    except (httpx2.UnsupportedProtocol, httpx2.TooManyRedirects, httpx2.InvalidURL) as error:
        sentence = f"The address {source.url} leads nowhere: {_reason(error)}."
        raise DownloadError(sentence, f"Only http and https are followed. {by_hand(source, part)}") from error
    except httpx2.ConnectError as error:
        raise Interrupted(f"No connection to {_host(source)} for '{source.name}': {_reason(error)}.") from error
    except httpx2.TimeoutException as error:
        raise Interrupted(f"{_host(source)} did not answer in time for '{source.name}'.") from error
    except httpx2.TransportError as error:
        raise Interrupted(_lost(source, part)) from error


def _range(part: PartFile) -> dict[str, str]:
    """Ask for the rest, but only if the file is still the one that was begun."""
    return {"Range": f"bytes={part.have}-", "If-Range": part.validator} if part.can_go_on else {}


def _begin(response: httpx2.Response, source: Source, part: PartFile) -> None:
    status = response.status_code
    if status == 200:
        _check_page(response, source, part)
        part.begin(_validator(response), source.size or _length(response))
    elif (status == 206 and not _goes_on(response, part)) or status == 416:
        part.clear()
        raise Interrupted(f"'{source.name}' on {_host(source)} is no longer the file that was begun.")
    elif status in _AGAIN:
        raise Interrupted(f"{_host(source)} cannot give '{source.name}' now ({status}).", _retry_after(response))
    elif status != 206:
        sentence = _REFUSALS.get(status, f"{{host}} refused '{{name}}' ({status}).")
        sentence = sentence.format(host=_host(source), name=source.name)
        raise DownloadError(sentence, f"Open the address in a browser to see why. {by_hand(source, part)}")
    need_room(part.path.parent, part.size - part.have, f"'{source.name}'")


def _check_page(response: httpx2.Response, source: Source, part: PartFile) -> None:
    """Refuse what cannot be the file before a byte of it is stored."""
    length = _length(response)
    if source.size and length and length != source.size:
        sentence = f"'{source.name}' on {_host(source)} has {length:,} bytes where {source.size:,} are expected."
        raise DownloadError(sentence, f"It was changed or replaced there. {by_hand(source, part)}")
    kind = response.headers.get("Content-Type", "")
    if kind.startswith("text/html") and PurePath(source.name).suffix not in {".html", ".htm"}:
        sentence = f"{_host(source)} sent a web page instead of '{source.name}': a login, a licence or a quota."
        raise DownloadError(sentence, f"Open the address in a browser to see what it asks. {by_hand(source, part)}")


def _goes_on(response: httpx2.Response, part: PartFile) -> bool:
    """Tell whether an answer continues the file that was begun."""
    match = re.fullmatch(r"bytes (\d{1,18})-\d+/(\d{1,18}|\*)", response.headers.get("Content-Range", ""))
    if match is None or part.have == 0 or int(match[1]) != part.have:
        return False
    same_size = match[2] == "*" or part.size in {0, int(match[2])}
    return same_size and _validator(response) in {"", part.validator}


def _store(response: httpx2.Response, source: Source, part: PartFile, meter: Meter, gate: Gate) -> None:
    for chunk in response.iter_raw():
        gate.check()
        if part.size and part.have + len(chunk) > part.size:
            size = part.size
            part.clear()
            sentence = f"{_host(source)} sent more than the {size:,} bytes that '{source.name}' should have."
            raise DownloadError(sentence, by_hand(source, part))
        need_room(part.path.parent, len(chunk), f"The rest of '{source.name}'")
        part.append(chunk)
        meter.move(part.have)
    if part.have < part.size:
        raise Interrupted(_lost(source, part))
    meter.finish(part.have)


def _lost(source: Source, part: PartFile) -> str:
    total = f" of {in_words(part.size)}" if part.size else ""
    return f"The connection to {_host(source)} was lost after {in_words(part.have)}{total} of '{source.name}'."


def _host(source: Source) -> str:
    try:
        return httpx2.URL(source.url).host or source.url
    except httpx2.InvalidURL:
        return source.url


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__


def _length(response: httpx2.Response) -> int:
    text = response.headers.get("Content-Length", "")
    return int(text) if re.fullmatch(r"\d{1,18}", text) else 0


def _validator(response: httpx2.Response) -> str:
    etag = response.headers.get("ETag", "")
    validator = etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified", "")
    return validator if validator.isascii() else ""


def _retry_after(response: httpx2.Response) -> float:
    """Read seconds or a date."""
    text = response.headers.get("Retry-After", "")
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return 0.0
