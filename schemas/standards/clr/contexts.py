"""The JSON-LD contexts that travel with the program (`contexts/SOURCES.md` tells their terms)."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from schemas.standards.clr.names import CLR_CONTEXT, OB_CONTEXT, OB_EXTENSIONS, VC_CONTEXT

CARRIED: Final = {
    VC_CONTEXT: "credentials-v2.jsonld",
    CLR_CONTEXT: "clr-v2p0-2.0.1.json",
    "https://purl.imsglobal.org/spec/clr/v2p0/context.json": "clr-v2p0.json",
    OB_CONTEXT: "ob-v3p0-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json": "ob-v3p0.json",
    OB_EXTENSIONS: "ob-v3p0-extensions.json",
    "https://www.w3.org/ns/did/v1": "did-v1.jsonld",
}
"""Address to file name."""


@cache
def context_at(address: str) -> Any:
    """The context document of an address; KeyError for one that is not carried."""
    folder = files("schemas.standards.clr") / "contexts"
    return json.loads(folder.joinpath(CARRIED[address]).read_text(encoding="utf-8"))
