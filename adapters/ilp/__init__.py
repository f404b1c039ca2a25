"""The native form of plans: `ilp.json` documents, and bundles that carry all that belongs to them.

`FORMATS` is loaded when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapters.formats import Format

    FORMATS: tuple[Format, ...]


def __getattr__(name: str) -> Any:
    if name != "FORMATS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from adapters.ilp.format import IlpFormat

    return (IlpFormat(),)
