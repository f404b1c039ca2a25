"""Ed-Fi on its way: bulk interchange XML and JSON resources, Data Standards 5.2 and 6.1."""

from adapters.edfi.formats import EdfiJson, EdfiXml

FORMATS: tuple[EdfiJson | EdfiXml, ...] = (
    EdfiJson("5.2"),
    EdfiJson("6.1"),
    EdfiXml("5.2"),
    EdfiXml("6.1"),
)
"""The four formats, by rising version."""

__all__ = ["FORMATS", "EdfiJson", "EdfiXml"]
