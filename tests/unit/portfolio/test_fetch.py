"""An address that a stranger wrote is asked or not, and never ends or holds up the command."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from service.portfolio.fetch import Asking

ODD = [
    "http://issuer.example/list",
    "https://[bad",
    "https://issuer:port/list",
    f"https://{'a' * 70}.example/list",
    "https://\udcff.example/list",
    "https://issuer.example/l\u00efst",
    "https://..../list",
    "https://127.0.0.1/list",
]
PUBLIC = "93.184.215.14"
HOST = "issuer.example"
OK = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize("address", ODD)
def test_an_odd_address_cannot_be_had(address: str) -> None:
    with pytest.raises(OSError, match="address"):
        Asking()(address)


INSIDE = ["10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"]
WITHIN_A_SITE = ["fec0::1", "::10.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b:1::a00:1"]


@pytest.mark.parametrize("inside", [*INSIDE, *WITHIN_A_SITE])
def test_a_name_that_means_our_own_network_is_not_asked(inside: str) -> None:
    asking = Asking(resolve=lambda host, port: [PUBLIC, inside], connect=_nobody)
    with pytest.raises(OSError, match="no public address"):
        asking(f"https://{HOST}/list")


def _nobody(place: tuple[str, int], seconds: float) -> socket.socket:
    raise AssertionError(f"asked {place}")


class Server:
    """Answers over TLS as `issuer.example`, whatever it is asked, and remembers what that was."""

    def __init__(self, folder: Path) -> None:
        key, certificate = _identity(folder)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._certificate = certificate
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.answer: Callable[[ssl.SSLSocket], None] = lambda stream: stream.sendall(OK + b"{}")
        self.asked: list[bytes] = []
        self.connected: list[tuple[str, int]] = []
        self.resolved: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            with suppress(OSError):
                plain, _ = self._listening.accept()
                with self._context.wrap_socket(plain, server_side=True) as stream:
                    self.asked.append(stream.recv(4096))
                    self.answer(stream)
            if self._listening.fileno() < 0:
                return

    def close(self) -> None:
        self._listening.close()

    def asking(self, seconds: float = 5.0) -> Asking:
        """A client for which the name means a public address, and the server's the second time."""
        return Asking(seconds, self._resolve, self._connect, self._trust)

    def _resolve(self, host: str, port: int) -> list[str]:
        self.resolved.append(host)
        return [PUBLIC] if len(self.resolved) == 1 else ["127.0.0.1"]

    def _connect(self, place: tuple[str, int], seconds: float) -> socket.socket:
        self.connected.append(place)
        return socket.create_connection(self._listening.getsockname(), seconds)

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self._certificate))


def _identity(folder: Path) -> tuple[Path, Path]:
    private = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    key, certificate = folder / "key.pem", folder / "cert.pem"
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate.write_bytes(made.sign(private, None).public_bytes(Encoding.PEM))
    return key, certificate


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    yield made
    made.close()


def test_what_a_server_sends_is_had(server: Server) -> None:
    server.answer = lambda stream: stream.sendall(OK + b'{"id": "urn:x"}')
    assert server.asking()(f"https://{HOST}/a/list?page=1") == {"id": "urn:x"}
    assert server.asked[0].startswith(b"GET /a/list?page=1 HTTP/1.1\r\nHost: issuer.example\r\n")


def test_the_address_that_was_looked_at_is_the_one_that_is_asked(server: Server) -> None:
    server.asking()(f"https://{HOST}/list")
    assert (server.resolved, server.connected) == ([HOST], [(PUBLIC, 443)])


def test_an_address_is_asked_once(server: Server) -> None:
    asking = server.asking()
    assert asking(f"https://{HOST}/list") is asking(f"https://{HOST}/list")
    assert len(server.asked) == 1


def test_a_certificate_for_another_name_is_none(server: Server) -> None:
    with pytest.raises(OSError, match="certificate"):
        server.asking()("https://other.example/list")


def _drip(stream: ssl.SSLSocket) -> None:
    for _ in range(200):
        stream.sendall(b"H")
        sleep(0.05)


def _drip_after_the_headers(stream: ssl.SSLSocket) -> None:
    stream.sendall(OK)
    _drip(stream)


@pytest.mark.parametrize("slow", [_drip, _drip_after_the_headers, lambda stream: sleep(10)])
def test_a_server_that_drips_is_given_up(
    server: Server, slow: Callable[[ssl.SSLSocket], None]
) -> None:
    server.answer, began = slow, monotonic()
    with pytest.raises(OSError, match="cannot be had"):
        server.asking(0.4)(f"https://{HOST}/list")
    assert monotonic() - began < 2


def test_connecting_and_shaking_hands_share_the_time() -> None:
    def late(place: tuple[str, int], seconds: float) -> socket.socket:
        sleep(0.8)
        return socket.create_connection(silent.getsockname(), seconds)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        asking, began = Asking(1.0, lambda host, port: [PUBLIC], late), monotonic()
        with pytest.raises(OSError, match="cannot be had"):
            asking(f"https://{HOST}/list")
        assert monotonic() - began < 1.6


def test_all_addresses_share_the_time(server: Server) -> None:
    server.answer, asking = _drip, server.asking(0.3)
    for address in ("one", "two", "three"):
        with pytest.raises(OSError, match="cannot be had"):
            asking(f"https://{HOST}/{address}")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\n\r\n", "the answer is 302"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", "cannot be had|not JSON"),
        (OK + b"no", "not JSON"),
        (OK + b"[]", "not one JSON object"),
        (OK + b"[" * 100_000, "nested|not JSON"),
        (OK + b'{"a": 1, "a": 2}', "a name twice"),
        (b"what", "cannot be had"),
        (b"", "cannot be had"),
    ],
)
def test_an_odd_answer_is_none(server: Server, answer: bytes, words: str) -> None:
    server.answer = lambda stream: stream.sendall(answer)
    with pytest.raises(OSError, match=words):
        server.asking()(f"https://{HOST}/list")


def test_an_answer_without_end_is_cut_off(server: Server) -> None:
    server.answer = lambda stream: stream.sendall(OK + b" " * (9 << 20))
    with pytest.raises(OSError, match="more than 8,388,608 bytes"):
        server.asking()(f"https://{HOST}/list")
