"""A OneRoster server that misbehaves on request, over a real socket.

`StrangeServer` serves small collections properly. Its attributes switch on lasting quirks, and
`once` and `always` script single faults: a reply sent instead of the proper one.
"""

from __future__ import annotations

import base64
import json
import string
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint

from adapters.oneroster.rest import OneRosterRestSource, RestSettings

BASES = {"1.1": "/ims/oneroster/v1p1", "1.2": "/ims/oneroster/rostering/v1p2"}
GROUPS = ("/ims/oneroster/gradebook/v1p2", "/ims/oneroster/resources/v1p2")
TOKEN_PATH = "/token"
CLIENT_ID = "strange-client-identity"
CLIENT_SECRET = "strange-client-secret"
BEARER = "strange-bearer-token"

Records = dict[str, list[Any]]


@dataclass(frozen=True)
class Reply:
    """What is sent. `cut` closes the connection after so many bytes; `delay` is in seconds."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    delay: float = 0.0

    @classmethod
    def of(cls, payload: Any, status: int = 200, **headers: str) -> Reply:
        """A JSON reply; header names are given with `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(status, json.dumps(payload).encode(), named)


@dataclass
class _Fault:
    text: str
    reply: Reply
    left: int
    after: int


@dataclass
class StrangeServer:
    """The behaviour of one server. Change the attributes before or between requests."""

    collections: Records
    version: str = "1.2"
    base: str = ""
    auth: Literal["oauth2", "oauth1", "bearer"] = "oauth2"
    totals: Literal["header", "body", "none"] = "header"
    wrong_by: int = 0
    links: Literal["none", "proper", "bare", "foreign"] = "none"
    clamp: int = 1000
    ignore_offset: bool = False
    bare_array: bool = False
    refuse_filters: bool = False
    log: list[str] = field(default_factory=list)
    tokens: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    _faults: list[_Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def once(self, text: str, reply: Reply, times: int = 1, after: int = 0) -> None:
        """Send `reply` to the next requests whose address contains `text`, `after` sound ones."""
        self._faults.append(_Fault(text, reply, times, after))

    def always(self, text: str, reply: Reply) -> None:
        """Send `reply` to every request whose address contains `text`."""
        self.once(text, reply, times=10**9)

    def settings(self, **given: Any) -> RestSettings:
        """Settings that reach this server, impatient so that tests are quick."""
        retry = {"attempts": 4, "wait_initial": 0.01, "wait_max": 2.0}
        ours: dict[str, Any] = {
            "base_url": self.url,
            "token_url": self.url + TOKEN_PATH,
            "client_id": CLIENT_ID,
            "client_secret": BEARER if self.auth == "bearer" else CLIENT_SECRET,
            "auth": {"oauth2": "oauth2-basic"}.get(self.auth, self.auth),
            "limit": 5,
            "retry": retry,
        }
        return RestSettings.model_validate({**ours, **given})

    def source(self, **given: Any) -> OneRosterRestSource:
        """A source that reads this server."""
        return OneRosterRestSource(self.settings(**given))

    def heal(self) -> None:
        """Forget the scripted faults and what was asked."""
        self._faults.clear()
        self.log.clear()

    def asked(self, text: str) -> list[str]:
        """The addresses asked so far that contain this text."""
        return [address for address in self.log if text in address]

    def fault(self, address: str) -> Reply | None:
        """The scripted reply for this request, if one is due."""
        with self._lock:
            self.log.append(address)
            for fault in self._faults:
                if fault.text in address and fault.left:
                    if fault.after:
                        fault.after -= 1
                        continue
                    fault.left -= 1
                    return fault.reply
        return None

    def page(self, path: str, query: dict[str, list[str]]) -> Reply:
        """The proper reply for a collection, with the lasting quirks."""
        name = path.rsplit("/", 1)[-1]
        base = path.rsplit("/", 1)[0]
        if base != (self.base or BASES[self.version]) and base not in GROUPS:
            return Reply.of({"imsx_description": "no such path"}, 404)
        if name not in self.collections:
            return Reply.of({"imsx_description": "no such collection"}, 404)
        if "filter" in query and self.refuse_filters:
            return Reply.of({"imsx_description": "bad filter"}, 400)
        records = _filtered(self.collections[name], query.get("filter", [""])[0])
        return self._paged(path, name, records, query)

    def _paged(
        self, path: str, name: str, records: list[Any], query: dict[str, list[str]]
    ) -> Reply:
        limit = min(int(query.get("limit", ["100"])[0]), self.clamp)
        offset = 0 if self.ignore_offset else int(query.get("offset", ["0"])[0])
        part = records[offset : offset + limit]
        payload: Any = part if self.bare_array else {name: part}
        headers: dict[str, str] = {}
        total = len(records) + self.wrong_by
        if self.totals == "header":
            headers["X-Total-Count"] = str(total)
        if self.totals == "body":
            payload |= {"totalCount": total, "limit": limit, "offset": offset}
        if self.links != "none":
            headers["Link"] = self._link(path, query, offset + limit, total)
        return Reply(body=json.dumps(payload).encode(), headers=headers)

    def _link(self, path: str, query: dict[str, list[str]], offset: int, total: int) -> str:
        asked = {key: values[0] for key, values in query.items()}
        host = "http://inner.example:8080" if self.links == "foreign" else self.url
        form = "{}" if self.links == "bare" else "<{}>"
        first = form.format(f"{host}{path}?{urlencode({**asked, 'offset': '0'})}")
        links = [f'{first}; rel="first"']
        if offset < total:
            following = form.format(f"{host}{path}?{urlencode({**asked, 'offset': str(offset)})}")
            links.append(f'{following}; rel="next"')
        return ", ".join(links)


def _filtered(records: list[Any], text: str) -> list[Any]:
    """Records changed after a moment; any other filter keeps everything."""
    _, found, rest = text.partition("dateLastModified>'")
    if not found:
        return records
    since = rest.split("'")[0]
    return [record for record in records if record["dateLastModified"] > since]


class _Signatures(RequestValidator):
    """Accepts one client; nonces are used once."""

    enforce_ssl = False
    allowed_signature_methods = ("HMAC-SHA256",)
    dummy_client = "dummy-client-identity-x"
    nonce_length = (8, 64)
    safe_characters = set(f"{string.ascii_letters}{string.digits}-")  # noqa: RUF012

    def __init__(self) -> None:
        self._nonces: set[str] = set()

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key == CLIENT_ID

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return CLIENT_SECRET

    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: str,
        nonce: str,
        request: Any,
        request_token: str | None = None,
        access_token: str | None = None,
    ) -> bool:
        fresh = nonce not in self._nonces and abs(time.time() - int(timestamp)) < 60
        self._nonces.add(nonce)
        return fresh


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, server: StrangeServer, signatures: _Signatures, *args: Any) -> None:
        self._strange = server
        self._signatures = signatures
        super().__init__(*args)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        form = {
            key: values[0] for key, values in parse_qs(self.rfile.read(length).decode()).items()
        }
        self._strange.tokens.append(form)
        self._reply(self._strange.fault(self.path) or self._token(form))

    def do_GET(self) -> None:
        scripted = self._strange.fault(self.path)
        if scripted is None and not self._allowed():
            scripted = Reply.of({"imsx_description": "Missing or invalid Authorization"}, 401)
        parts = urlsplit(self.path)
        self._reply(scripted or self._strange.page(parts.path, parse_qs(parts.query)))

    def _token(self, form: dict[str, str]) -> Reply:
        given = (form.get("client_id"), form.get("client_secret"))
        scheme, _, basic = self.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            name, _, secret = base64.b64decode(basic).decode().partition(":")
            given = (name, secret)
        if given != (CLIENT_ID, CLIENT_SECRET):
            return Reply.of({"error": "invalid_client"}, 401)
        return Reply.of({"access_token": f"{BEARER}-{len(self._strange.tokens)}"})

    def _allowed(self) -> bool:
        sent = self.headers.get("Authorization", "")
        if self._strange.auth == "oauth1":
            endpoint = SignatureOnlyEndpoint(self._signatures)
            address = f"{self._strange.url}{self.path}"
            valid, _ = endpoint.validate_request(address, "GET", None, dict(self.headers))
            return bool(valid)
        if self._strange.auth == "oauth2":
            # Only the newest token is good, so that a test can end one early.
            return sent == f"Bearer {BEARER}-{len(self._strange.tokens)}"
        return sent == f"Bearer {BEARER}"

    def _reply(self, reply: Reply) -> None:
        time.sleep(reply.delay)
        try:
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(reply.body)))
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body[: reply.cut])
        except OSError:
            return  # the client gave up waiting, which is what some tests are about
        if reply.cut is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: tests read the terminal."""


@contextmanager
def strange_server(server: StrangeServer) -> Iterator[StrangeServer]:
    """Serve on 127.0.0.1 until the block ends; sets `url`."""
    handler: Callable[..., BaseHTTPRequestHandler] = partial(_Handler, server, _Signatures())
    listener = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    listener.daemon_threads = True
    server.url = f"http://127.0.0.1:{listener.server_port}"
    thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


def ref(kind: str, name: str) -> dict[str, str]:
    """A reference as edfi-oneroster writes it: relative."""
    return {"href": f"/{kind}s/{name}", "sourcedId": name, "type": kind}


def small_district(version: str = "1.2", users: int = 12) -> Records:
    """Two schools, a year, two courses, three classes, some users, enrollments, demographics."""
    base = {"status": "active", "dateLastModified": "2026-09-01T00:00:00.000Z"}
    schools = ["north", "south"]
    people = [f"u{number:03d}" for number in range(users)]
    classes = ["algebra-1", "algebra-2", "history-1"]

    def record(sourced_id: str, /, **fields: Any) -> dict[str, Any]:
        return {"sourcedId": sourced_id, **base, **fields}

    def place(number: int) -> dict[str, Any]:
        school = ref("org", schools[number % 2])
        if version == "1.1":
            return {"role": "student", "orgs": [school]}
        return {"roles": [{"roleType": "primary", "role": "student", "org": school}]}

    return {
        "orgs": [
            record("district", name="District", type="district", identifier="1"),
            *(
                record(
                    school,
                    name=school,
                    type="school",
                    identifier=school,
                    parent=ref("org", "district"),
                )
                for school in schools
            ),
        ],
        "academicSessions": [
            record(
                "year",
                title="Year",
                type="schoolYear",
                startDate="2026-08-17",
                endDate="2027-06-01",
                schoolYear="2027",
            )
        ],
        "courses": [
            record(name, title=name, courseCode=name, org=ref("org", "district"))
            for name in ("algebra", "history")
        ],
        "classes": [
            record(
                name,
                title=name,
                classType="scheduled",
                course=ref("course", name[:-2]),
                school=ref("org", schools[number % 2]),
                terms=[ref("academicSession", "year")],
            )
            for number, name in enumerate(classes)
        ],
        "users": [
            record(
                name,
                enabledUser="true",
                username=name,
                givenName=f"Given{number}",
                familyName=f"Family{number}",
                identifier=str(9000 + number),
                **place(number),
            )
            for number, name in enumerate(people)
        ],
        "enrollments": [
            record(
                f"e-{name}",
                user=ref("user", name),
                role="student",
                **{"class": ref("class", classes[number % 2])},
                school=ref("org", schools[number % 2]),
            )
            for number, name in enumerate(people)
        ],
        "demographics": [record(name, birthDate="2010-01-02", sex="other") for name in people[:4]],
    }
