"""A mail server and a webhook on this machine, that keep what they are told or refuse it."""

from __future__ import annotations

import contextlib
import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Mailbox(socketserver.TCPServer):
    """Takes messages, or says 451 to the first `busy` of them."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages: list[str] = []
        self.busy = 0


class _Session(socketserver.StreamRequestHandler):
    """Just enough of SMTP."""

    server: Mailbox

    def handle(self) -> None:
        self._say("220 here")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"DATA":
                self._take()
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 yes")

    def _take(self) -> None:
        self._say("354 go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.decode())
        if self.server.busy:
            self.server.busy -= 1
            self._say("451 try later, secret=hush")
        else:
            self.server.messages.append("".join(lines))
            self._say("250 taken")

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


class Webhook(HTTPServer):
    """Takes JSON, or says 500 to the first `busy` posts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.posts: list[dict[str, Any]] = []
        self.busy = 0


class _Post(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.busy:
            self.server.busy -= 1
            self.send_response(500)
        else:
            self.server.posts.append(json.loads(body))
            self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name it has there
        pass


@contextlib.contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[int]:
    """Its port, while it runs."""
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    running.start()
    try:
        yield int(server.server_address[1])  # type: ignore[call-overload]
    finally:
        server.shutdown()
        running.join()
        server.server_close()
