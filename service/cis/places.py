"""From settings to places and layouts: where files of a career system are, and how they look."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from adapters.cis.places import FolderPlace, Place
from adapters.cis.sftp import SftpPlace, SftpSettings
from mappings.cis.layout import Layout, LayoutError, layout_file, layout_names, shipped_layout
from service.errors import Misconfigured

_SFTP: Final = frozenset({"host", "port", "user", "folder", "host_key", "key_file", "timeout"})
SETTINGS: Final = _SFTP | {"path", "profile", "authority", "secret_file"}
"""What may be set of a place and what is read there."""


def layout_of(given: str, kind: str) -> Layout:
    """A layout that ships, or a district's own by its path. Raises Misconfigured."""
    try:
        if given in layout_names(kind):
            return shipped_layout(given, kind)
        return layout_file(Path(given))
    except FileNotFoundError:
        names = ", ".join(layout_names(kind))
        raise Misconfigured(
            f"There is no layout {given!r}.", f"Use one of {names}, or the path of your own."
        ) from None
    except LayoutError as error:
        raise Misconfigured(
            f"{error}.", "Correct the layout; see docs/reference/cis-layouts.md."
        ) from None


def place_of(name: str, given: Mapping[str, Any], secret: str | None) -> Place:
    """The folder or the SFTP server of these settings. Raises Misconfigured naming what is wrong.

    `secret` is the password, or the passphrase of the key.
    """
    if "path" in given and "host" not in given:
        return FolderPlace(Path(given["path"]))
    told = {key: given[key] for key in _SFTP if key in given}
    try:
        return SftpPlace(SftpSettings.model_validate({**told, "secret": secret}))
    except ValidationError as error:
        words = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False)
        )
        raise Misconfigured(
            f"{name}: {words}.",
            "Give a path, or host, user and host_key (as `ssh-keygen -lf` shows it).",
        ) from None


def secret_of(variable: str, given: Mapping[str, Any]) -> str | None:
    """The secret in an environment variable, or in the file that the settings name."""
    if variable in os.environ:
        return os.environ[variable]
    file = given.get("secret_file")
    if file is None:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Misconfigured(
            f"The secret cannot be read from {file}: {error.strerror}.",
            "Make the file readable for the account that runs this.",
        ) from None
