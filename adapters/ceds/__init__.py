"""CEDS 14 on its way: JSON-LD documents and CEDS-keyed CSV.

`FORMATS` holds one `adapters.formats.Format` per file format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapters.formats import Format

    FORMATS: tuple[Format, ...]


def __getattr__(name: str) -> Any:
    """The formats, made when somebody asks: importing the package costs nothing."""
    if name != "FORMATS":
        raise AttributeError(name)
    from adapters.ceds.csv.format import CedsCsv
    from adapters.ceds.jsonld.format import CedsJsonLd

    return (CedsJsonLd(), CedsCsv())
