"""A web server on this machine that does what real ones do to a download: slow, cut, lying, refusing, moved."""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE = 20  # seconds that a held answer waits at most


@dataclass
class Page:
    """What is served at a path; a test may change it between requests.

    Args:
        status: other than 200 the page is an error or a redirect.
        headers: sent too; they take the place of what the server would say.
        ranges: whether a Range request is answered with 206.
        first: (status, headers) of the answers that come before the page itself, one a request.
        cuts: after how many bytes the connection is cut, one a request.
        length: the Content-Length that is told instead of the true one; -1: none, the end is where the connection ends.
        chunk: bytes sent at once.
        hold: what is waited for after the first chunk of each answer.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    first: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    length: int | None = None
    chunk: int = 1 << 16
    hold: threading.Event | None = None

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


@dataclass(frozen=True)
class Request:
    """What was asked; the names of headers in small letters."""

    method: str
    path: str
    headers: dict[str, str]


class Loopback(contextlib.AbstractContextManager["Loopback"]):
    """Serves `pages` by path at `url(path)`, remembers `requests`, and ends with all its threads.

    GET and HEAD are answered; other paths are 404. `with Loopback() as server: server.serve("/a.zip", data)`.
    """

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.requests: list[Request] = []
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="loopback")

    def __enter__(self) -> Loopback:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for page in self.pages.values():
            if page.hold:
                page.hold.set()
        self._server.shutdown()
        self._server.cut_all()
        self._server.server_close()
        self._thread.join()

    def serve(self, path: str, body: bytes, **options) -> Page:
        """Serve `body` at `path`; the options are those of `Page`."""
        self.pages[path] = Page(body, **options)
        return self.pages[path]

    def refuse(self, path: str, status: int, headers: dict[str, str] | None = None) -> None:
        self.pages[path] = Page(b"no", status, headers or {})

    def redirect(self, path: str, to: str) -> None:
        """Send whoever asks for `path` to another path here, or to an address."""
        self.pages[path] = Page(b"", 302, {"Location": to})

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def asked(self, path: str, method: str = "GET") -> list[Request]:
        return [request for request in self.requests if (request.path, request.method) == (path, method)]


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them

    def __init__(self, loopback: Loopback) -> None:
        self.loopback = loopback
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request, client_address) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def handle_error(self, request, client_address) -> None:
        """Say nothing of a client that hung up; everything else is a mistake in here."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def cut_all(self) -> None:
        """End the connections that a client keeps open."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        page = self._page()
        if page.first:
            status, headers = page.first.pop(0)
            page = Page(b"not now", status, headers)
        start, status = self._start(page)
        self._head(page, status, start)
        if self.command == "GET":
            with contextlib.suppress(OSError):  # the client has had enough
                self._send(page, start)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _page(self) -> Page:
        loopback = self.server.loopback
        headers = {name.lower(): value for name, value in self.headers.items()}
        loopback.requests.append(Request(self.command, self.path, headers))
        return loopback.pages.get(self.path, Page(b"nothing here", 404))

    def _start(self, page: Page) -> tuple[int, int]:
        """Return the first byte to send, and the status."""
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range", page.etag) in {page.etag, page.headers.get("ETag")}
        if page.status != 200 or not (asked and page.ranges and same):
            return 0, page.status
        start = int(asked[1])
        return (start, 206) if start < len(page.body) else (len(page.body), 416)

    def _head(self, page: Page, status: int, start: int) -> None:
        size = len(page.body)
        told = size if page.length is None else page.length
        headers = {"Connection": "close"} if told < 0 else {"Content-Length": str(told - start)}
        if page.status == 200:
            headers |= {"ETag": page.etag, "Content-Type": "application/octet-stream"}
        if status == 206:
            headers |= {"Content-Range": f"bytes {start}-{size - 1}/{size}"}
        self.send_response(status)
        for name, value in (headers | page.headers).items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, page: Page, start: int) -> None:
        end = start + page.cuts.pop(0) if page.cuts else len(page.body)
        for data in _pieces(page.body[start:end], page.chunk):
            self.wfile.write(data)
            self.wfile.flush()
            if page.hold:
                page.hold.wait(PATIENCE)
        if end < len(page.body) or page.length is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests read `requests`."""


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]
