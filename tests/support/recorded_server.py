"""A OneRoster 1.2 server that answers as a certified provider did, quirks intact.

It replays `samples/oneroster-1.2-recorded`: no totals and no links, pages of 100 unless asked and
never above 500, relative hrefs, a single demographics record under `demographic`, a flat error
body, 401 without a token. Run it by hand with `python tests/support/recorded_server.py --port N`.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

BASE = "/ims/oneroster/rostering/v1p2"
TOKEN_PATH = "/oauth/token"
CLIENT_ID = "recorded-client"
CLIENT_SECRET = "recorded-secret"
TOKEN = "recorded-token"

_SAMPLES = Path("samples/oneroster-1.2-recorded")
_ENVELOPES = {
    "terms": "academicSessions",
    "gradingPeriods": "academicSessions",
    "schools": "orgs",
    "students": "users",
    "teachers": "users",
}
_SINGULAR = {"classes": "class", "demographics": "demographic"}
_DEFAULT_LIMIT, _CLAMP = 100, 500


class Recording:
    """The recorded collections and error bodies of one provider."""

    def __init__(self, folder: Path) -> None:
        self.collections: dict[str, list[dict[str, Any]]] = {}
        for path in sorted(folder.glob("*.json.gz")):
            name = path.name.removesuffix(".json.gz")
            held = json.loads(gzip.decompress(path.read_bytes()))
            self.collections[name] = held[_ENVELOPES.get(name, name)]
        self.errors = {
            status: json.loads((folder / f"error-{status}.json").read_text("utf-8"))
            for status in (400, 401, 404)
        }

    def page(self, name: str, query: dict[str, list[str]]) -> dict[str, Any]:
        """A page of a collection; unknown parameters such as `sort` are ignored."""
        limit = min(int(query.get("limit", [str(_DEFAULT_LIMIT)])[0]), _CLAMP)
        offset = int(query.get("offset", ["0"])[0])
        records = self.collections[name][offset : offset + limit]
        return {_ENVELOPES.get(name, name): records}

    def single(self, name: str, sourced_id: str) -> dict[str, Any] | None:
        """One record in its envelope, or None."""
        envelope = _ENVELOPES.get(name, name)
        key = _SINGULAR.get(envelope, envelope.removesuffix("s"))
        for record in self.collections[name]:
            if record["sourcedId"] == sourced_id:
                return {key: record}
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, recording: Recording, *args: Any) -> None:
        self._recording = recording
        super().__init__(*args)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        form = parse_qs(self.rfile.read(length).decode())
        if urlsplit(self.path).path != TOKEN_PATH:
            self._send(404, self._recording.errors[404])
        elif self._identity(form) != (CLIENT_ID, CLIENT_SECRET):
            self._send(401, {"error": "invalid_client"})
        else:
            self._send(200, {"access_token": TOKEN, "token_type": "bearer", "expires_in": 1800})

    def do_GET(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send(401, self._recording.errors[401])
            return
        parts = urlsplit(self.path)
        name, _, sourced_id = parts.path.removeprefix(f"{BASE}/").partition("/")
        if not parts.path.startswith(f"{BASE}/") or name not in self._recording.collections:
            self._send(404, self._recording.errors[404])
        elif sourced_id:
            found = self._recording.single(name, sourced_id)
            self._send(200 if found else 404, found or self._recording.errors[404])
        else:
            self._collection(name, parse_qs(parts.query))

    def _collection(self, name: str, query: dict[str, list[str]]) -> None:
        if query.keys() & {"filter", "fields"}:
            # What the recording holds for filters is a refusal; answers to filters it has not.
            self._send(400, self._recording.errors[400])
        else:
            self._send(200, self._recording.page(name, query))

    def _identity(self, form: dict[str, list[str]]) -> tuple[str, str]:
        scheme, _, given = self.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            name, _, secret = base64.b64decode(given).decode().partition(":")
            return name, secret
        return form.get("client_id", [""])[0], form.get("client_secret", [""])[0]

    def _send(self, status: int, payload: Any) -> None:
        body = json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: tests read the terminal."""


@contextmanager
def recorded_server(reference: Path, port: int = 0) -> Iterator[str]:
    """Serve the recording on 127.0.0.1; gives the host's URL. Port 0 takes a free one."""
    handler = partial(_Handler, Recording(reference / _SAMPLES))
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8642)
    parser.add_argument(
        "--reference", type=Path, default=Path(__file__).resolve().parents[3] / "shared"
    )
    given = parser.parse_args()
    with recorded_server(given.reference, given.port) as url:
        sys.stdout.write(
            f"base url   {url}\ntoken url  {url}{TOKEN_PATH}\n"
            f"client id  {CLIENT_ID}\nsecret     {CLIENT_SECRET}\n"
        )
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
