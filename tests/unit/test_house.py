"""What must be true of the house itself, whoever adds to it."""

from __future__ import annotations

from importlib.metadata import distributions

PACKAGES = {"schemas", "mappings", "adapters", "service"}


def test_no_other_distribution_provides_our_names() -> None:
    owners = {
        distribution.metadata["Name"]
        for distribution in distributions()
        for file in distribution.files or ()
        if file.parts[0] in PACKAGES
    }
    assert owners <= {"planbridge"}
