"""`python -m benchmarks [nights|convert|access|audit|forms|portfolio ...]`: these, by default all.

`convert` may be narrowed: `convert:roster`, `convert:jsonld`, `convert:xml`.
"""

from __future__ import annotations

import sys

from benchmarks import access, audit, convert, forms, night, portfolio

ALL = {
    "nights": night.main,
    "convert": convert.main,
    "access": access.main,
    "audit": audit.main,
    "forms": forms.main,
    "portfolio": portfolio.main,
}


def main(names: list[str]) -> None:
    """Run what is named; SystemExit for a name that is none."""
    for name in names or list(ALL):
        kind, _, part = name.partition(":")
        if kind not in ALL or (part and (kind != "convert" or part not in convert.PARTS)):
            sys.exit(f"there is no benchmark {name}; there are {', '.join(ALL)}")
        if part:
            convert.main((part,))
        else:
            ALL[kind]()


if __name__ == "__main__":
    main(sys.argv[1:])
