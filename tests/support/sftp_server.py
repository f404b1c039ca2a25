"""A real SFTP server on this machine, in a thread of its own; it can break off anywhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
from pydantic import SecretStr

from adapters.cis.sftp import SftpPlace, SftpSettings

USER, PASSWORD = "planbridge", "correct horse"  # of this test's server


@dataclass
class Server:
    """A running server. `break_at` counts operations down and cuts the connection at zero.

    `operations` names every operation that clients asked for.
    """

    root: Path
    port: int = 0
    fingerprint: str = ""
    break_at: int | None = None
    posix_rename: bool = True
    operations: list[str] = field(default_factory=list)

    def settings(self, **more: Any) -> SftpSettings:
        """Settings that lead here."""
        told = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": USER,
            "secret": SecretStr(PASSWORD),
            "host_key": self.fingerprint,
            "timeout": 10,
        }
        return SftpSettings.model_validate(told | more)

    @contextmanager
    def place(self, **more: Any) -> Iterator[SftpPlace]:
        """A connection that is closed at the end."""
        place = SftpPlace(self.settings(**more))
        try:
            yield place
        finally:
            place.close()

    def visible(self) -> dict[str, bytes]:
        """What somebody sees who looks for files, not for hidden ones."""
        return {
            path.name: path.read_bytes()
            for path in self.root.iterdir()
            if not path.name.startswith(".")
        }


_COUNTED = ("open", "read", "write", "close", "scandir", "posix_rename", "rename", "remove")


def _handler(server: Server) -> type[asyncssh.SFTPServer]:
    """A handler that counts what it is asked for, and cuts the connection when told to."""

    def init(self: asyncssh.SFTPServer, chan: Any) -> None:
        asyncssh.SFTPServer.__init__(self, chan, chroot=str(server.root).encode())

    def counted(name: str) -> Any:
        plain = getattr(asyncssh.SFTPServer, name)

        def operation(self: asyncssh.SFTPServer, *given: Any) -> Any:
            if name == "close":  # or this server would keep the file open
                plain(self, *given)
            _count(server, name, self.channel)
            return None if name == "close" else plain(self, *given)

        return operation

    operations = {name: counted(name) for name in _COUNTED}
    return type("Handler", (asyncssh.SFTPServer,), {"__init__": init, **operations})


def _count(server: Server, name: str, channel: Any) -> None:
    server.operations.append(name)
    if name == "posix_rename" and not server.posix_rename:
        raise asyncssh.SFTPOpUnsupported("not here")
    if server.break_at is None:
        return
    server.break_at -= 1
    if server.break_at < 0:
        server.break_at = None
        channel.get_connection().abort()
        raise asyncssh.SFTPConnectionLost("cut")


class _Login(asyncssh.SSHServer):
    def __init__(self, connections: list[asyncssh.SSHServerConnection]) -> None:
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connections.append(conn)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


@contextmanager
def sftp_server(root: Path, authorized_keys: Path | None = None) -> Iterator[Server]:
    """Serve a folder until the block ends."""
    server = Server(root)
    root.mkdir(exist_ok=True)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    connections: list[asyncssh.SSHServerConnection] = []
    key = asyncssh.generate_private_key("ssh-ed25519")
    server.fingerprint = key.get_fingerprint()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[key],
            server_factory=lambda: _Login(connections),
            sftp_factory=_handler(server),
            authorized_client_keys=str(authorized_keys) if authorized_keys else None,
        )

    async def stop(acceptor: asyncssh.SSHAcceptor) -> None:
        acceptor.close()
        for connection in connections:
            connection.abort()
            await connection.wait_closed()
        await acceptor.wait_closed()
        await asyncio.sleep(0.01)

    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    server.port = acceptor.get_port()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(stop(acceptor), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
