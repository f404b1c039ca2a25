"""An SFTP server as a place for files. Its host key is pinned: another one ends the connection."""

from __future__ import annotations

import base64
import hashlib
import logging
import posixpath
import shutil
import socket
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from adapters.addresses import leads_to_nobody
from adapters.cis.places import PlaceMisconfigured, PlaceUnavailable

if TYPE_CHECKING:
    from paramiko import PKey, SFTPClient, Transport

_LOG: Final = logging.getLogger("paramiko")
_LOG.addHandler(logging.NullHandler())  # What it has to say, we say.

_BLOCK: Final = 1 << 15

_Words = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00-\x1f\x7f]+$")]


class SftpSettings(BaseModel):
    """Where the server is, who we are there, and by which key it is known.

    `host_key` is `SHA256:...` as `ssh-keygen -lf` shows it. `key_file` is a private key of ours;
    `secret` is its passphrase or, without a key, the password.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: _Words
    port: int = Field(22, ge=1, le=65535)
    user: _Words
    folder: _Words = "."
    host_key: Annotated[str, StringConstraints(pattern=r"^SHA256:[A-Za-z0-9+/]{43}=?$")]
    key_file: Path | None = None
    secret: SecretStr | None = None
    timeout: float = Field(30.0, gt=0, le=3600)

    @property
    def words(self) -> str:
        """What a person would call the place."""
        return f"sftp://{self.user}@{self.host}:{self.port}/{self.folder.lstrip('/')}"


@dataclass(slots=True)
class SftpPlace:
    """A folder of an SFTP server; connects when first asked, and again after a break."""

    settings: SftpSettings
    _open: list[tuple[Transport, SFTPClient]] = field(default_factory=list)

    @property
    def words(self) -> str:
        """The address."""
        return self.settings.words

    def sizes(self) -> Mapping[str, int]:
        """The plain files of the folder."""
        with self._client() as client:
            listed = client.listdir_attr(self.settings.folder)
        return {
            one.filename: one.st_size or 0
            for one in listed
            if one.st_mode is None or stat.S_ISREG(one.st_mode)
        }

    def put(self, stream: IO[bytes], name: str) -> None:
        """Write a file. Each block waits for its answer: of blocks sent ahead, one may be lost."""
        with self._client() as client, client.open(self._at(name), "wb") as out:
            shutil.copyfileobj(stream, out, _BLOCK)

    def get(self, name: str, stream: IO[bytes]) -> None:
        """Read a file, block by block: reading ahead takes a thread that dies aloud in a break."""
        with self._client() as client, client.open(self._at(name), "rb") as held:
            shutil.copyfileobj(held, stream, _BLOCK)

    def rename(self, old: str, new: str) -> None:
        """Rename at once; a server that cannot rename over a file has the old one removed first."""
        with self._client() as client:
            source, target = self._at(old), self._at(new)
            try:
                client.posix_rename(source, target)
            except FileNotFoundError:
                raise
            except OSError:
                if new in client.listdir(self.settings.folder):
                    client.remove(target)
                client.rename(source, target)

    def remove(self, name: str) -> None:
        """Remove a file, if it is still there."""
        with self._client() as client:
            try:
                client.remove(self._at(name))
            except FileNotFoundError:
                return

    def close(self) -> None:
        """End the connection."""
        while self._open:
            transport, client = self._open.pop()
            client.close()
            transport.close()

    def _at(self, name: str) -> str:
        return posixpath.join(self.settings.folder, name)

    @contextmanager
    def _client(self) -> Iterator[SFTPClient]:
        """The open connection; whatever breaks in it becomes one of our two errors."""
        import paramiko

        try:
            if not self._open:
                self._open.append(_connect(self.settings))
            yield self._open[-1][1]
        except (FileNotFoundError, PermissionError) as error:
            fix = "Correct the folder, or ask the receiver to let this account write there."
            raise PlaceMisconfigured(f"{self.words}: {error}.", fix) from None
        except (paramiko.SSHException, OSError, EOFError) as error:
            self.close()
            problem = f"The connection to {self.words} broke: {error or type(error).__name__}."
            raise PlaceUnavailable(problem, "Try again: what is whole is kept.") from None


def _connect(settings: SftpSettings) -> tuple[Transport, SFTPClient]:
    """A connection to the pinned server, signed in."""
    import paramiko

    connection = _dialled(settings)
    transport = paramiko.Transport(connection)
    try:
        transport.banner_timeout = transport.auth_timeout = settings.timeout
        transport.start_client(timeout=settings.timeout)
        _check_key(settings, transport.get_remote_server_key())
        _sign_in(settings, transport)
        client = paramiko.SFTPClient.from_transport(transport)
        if client is None:
            raise paramiko.SSHException("the server offers no SFTP")
        client.get_channel().settimeout(settings.timeout)  # type: ignore[union-attr]
    except BaseException:
        transport.close()
        connection.close()
        raise
    return transport, client


def _dialled(settings: SftpSettings) -> socket.socket:
    if leads_to_nobody(settings.host, settings.port):
        problem = f"{settings.host} leads to an address of no server's (169.254.0.0/16, fe80::/10)."
        raise PlaceMisconfigured(problem, "Correct the host.")
    try:
        return socket.create_connection((settings.host, settings.port), settings.timeout)
    except socket.gaierror as error:
        problem = f"There is no host {settings.host}: {error.strerror}."
        raise PlaceMisconfigured(problem, "Correct the host.") from None


def fingerprint(key: bytes) -> str:
    """A public key's fingerprint as `ssh-keygen -lf` shows it."""
    return f"SHA256:{base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip('=')}"


def _check_key(settings: SftpSettings, key: PKey) -> None:
    shown = fingerprint(key.asbytes())
    if shown != settings.host_key.rstrip("="):
        raise PlaceMisconfigured(
            f"{settings.host} shows the host key {shown}, not the one that is pinned.",
            "Ask the receiver whether the key changed; pin the new one only on their word.",
        )


def _sign_in(settings: SftpSettings, transport: Transport) -> None:
    import paramiko

    secret = settings.secret.get_secret_value() if settings.secret else None
    try:
        if settings.key_file is not None:
            transport.auth_publickey(settings.user, _private_key(settings.key_file, secret))
        else:
            transport.auth_password(settings.user, secret or "")
    except paramiko.AuthenticationException:
        problem = f"{settings.host} does not let {settings.user} in."
        raise PlaceMisconfigured(problem, "Correct the user, the key or the password.") from None


def _private_key(path: Path, secret: str | None) -> PKey:
    import paramiko

    readers: tuple[Callable[..., PKey], ...] = (
        paramiko.Ed25519Key.from_private_key_file,
        paramiko.ECDSAKey.from_private_key_file,
        paramiko.RSAKey.from_private_key_file,
    )
    for read in readers:
        try:
            return read(str(path), password=secret)
        except (paramiko.SSHException, ValueError):
            continue
        except OSError as error:
            fix = "Give the path of a private key that this account may read."
            raise PlaceMisconfigured(f"{path}: {error.strerror}.", fix) from None
    problem = f"{path} is no private key that this passphrase opens."
    raise PlaceMisconfigured(problem, "Use an Ed25519, ECDSA or RSA key.")
