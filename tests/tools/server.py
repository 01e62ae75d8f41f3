"""A real HTTP server on loopback that answers, refuses, dawdles and hangs up as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Request:
    """What came in."""

    method: str
    path: str
    headers: HTTPMessage
    body: bytes
    peer: tuple[str, int]


@dataclass
class Reply:
    """What goes out. `drop`: hang up instead, after the request was received. `delay` in seconds."""

    status: int = 200
    body: str | bytes = ""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drop: bool = False


@dataclass
class Server:
    """The server's address and what it received."""

    url: str
    requests: list[Request]


@contextmanager
def serving(answer: Callable[[Request], Reply]) -> Iterator[Server]:
    """Answer requests until the end of the block."""
    requests: list[Request] = []
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (ConnectionError, TimeoutError):
                self.close_connection = True

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            requests.append(Request(self.command, self.path, self.headers, body, self.client_address))
            reply = answer(requests[-1])
            over.wait(reply.delay)
            if reply.drop:
                self.close_connection = True
                return
            data = reply.body if isinstance(reply.body, bytes) else reply.body.encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: Any) -> None:
            """A client that goes away is part of the play."""

    httpd = Quiet(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{httpd.server_port}/", requests)
    finally:
        over.set()
        httpd.shutdown()
        httpd.server_close()
        thread.join()
