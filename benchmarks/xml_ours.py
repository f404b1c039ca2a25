"""Reads an Ed-Fi XML file with Planbridge, validated on the way, and prints how many records."""

import sys
from pathlib import Path

from adapters.edfi import EdfiXml

schemas, version = Path(sys.argv[2]), "6.1"
print(sum(1 for _ in EdfiXml(version).read_validated(Path(sys.argv[1]), schemas)))
