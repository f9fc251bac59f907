"""A server that misbehaves on purpose."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Optional

import httpx

hypothesized = {
    "interaction_id": "01a2057f-58be-77b5-ad22-32f3129e4e90",
    "hypotheses": [
        {"id": "h1", "question": "Do you want a REST API?", "rationale": "usual", "confidence": 0.5},
        {"id": "h2", "question": "Do you want a GraphQL API?", "rationale": "other", "confidence": 0.3},
    ],
    "none_confidence": 0.2,
    "auto_advance": False,
    "recommended_id": "h2",
    "model_id": "rules",
    "context": {"persona_facets": {"concise": 0.5}, "interaction_count": 0, "recent_goals": [], "preferences": []},
}
executed = {
    "interaction_id": hypothesized["interaction_id"],
    "event_id": "01a2057f-58be-77b5-ad22-32f3129e4e91",
    "enriched_prompt": "Build a REST API.",
    "tokens_estimate": 5,
    "context_breakdown": {"goal": 0, "pref": 0, "history": 0},
}


@dataclass(frozen=True)
class Request:
    path: str
    headers: Mapping[str, str]
    body: bytes


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: MisbehavingServer

    def answer(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("content-length", "0")))
        reply = self.server.note(self)
        reply(self)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, format: str, *args: object) -> None:
        pass


Reply = Callable[[Handler], None]


class MisbehavingServer(ThreadingHTTPServer):
    """Each request gets the next one of `replies`, and the last one again and again."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.replies: list[Reply] = []
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self._lock = threading.Lock()

    def note(self, request: Handler) -> Reply:
        with self._lock:
            self.requests.append(Request(request.path, dict(request.headers.items()), request.body))
            return self.replies[min(len(self.requests), len(self.replies)) - 1]

    def bodies(self) -> list[Any]:
        return [json.loads(request.body) for request in self.requests]

    def __enter__(self) -> MisbehavingServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


def say(status: int, body: object = None, headers: Optional[Mapping[str, str]] = None) -> Reply:
    """A whole response. `body` is sent as it is if it is bytes, else as JSON."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()

    def reply(request: Handler) -> None:
        request.send_response(status)
        for name, value in {"content-length": str(len(sent)), **(headers or {})}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(sent)

    return reply


def refuse(status: int, code: str, headers: Optional[Mapping[str, str]] = None) -> Reply:
    return say(status, {"error": {"code": code, "message": f"This is {code}."}}, headers)


def hang(request: Handler) -> None:
    """No response for as long as the test runs."""
    request.server.stopping.wait(30)
    request.close_connection = True


def cut(request: Handler) -> None:
    """The connection ends without a response."""
    request.close_connection = True


def cut_in_half(request: Handler) -> None:
    """The connection ends within the response."""
    request.send_response(200)
    request.send_header("content-length", "1000")
    request.end_headers()
    request.wfile.write(b'{"interaction_id"')
    request.close_connection = True


def trickle(request: Handler) -> None:
    """A blank every 50 ms, which no time-out of a single read notices."""
    request.send_response(200)
    request.send_header("content-length", "1000000")
    request.end_headers()
    try:
        while not request.server.stopping.wait(0.05):
            request.wfile.write(b" ")
            request.wfile.flush()
    except OSError:
        request.close_connection = True


def pass_on(url: str) -> Reply:
    """Passes the request on to the service at `url`, and back what it answers."""

    def reply(request: Handler) -> None:
        response = _forward(request, url)
        say(response.status_code, response.content)(request)

    return reply


def lose_response(url: str) -> Reply:
    """Passes the request on to the service at `url`, and loses what it answers."""

    def reply(request: Handler) -> None:
        _forward(request, url)
        request.close_connection = True

    return reply


def _forward(request: Handler, url: str) -> httpx.Response:
    headers = {name: request.headers[name] for name in ("authorization", "content-type")}
    return httpx.request(request.command, url + request.path, headers=headers, content=request.body, timeout=30)
