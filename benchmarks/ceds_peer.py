"""Writes so many Person records with ceds-jsonld, in the peers' environment, and prints seconds.

Its own records: name, birth, sex, races and identifiers with their bookkeeping. There is no plan
in its tables, so this is what it has of like size, from rows in memory to lines on the disk.
"""

import sys
import time
from itertools import cycle, islice
from pathlib import Path

from ceds_jsonld.builder import JSONLDBuilder  # type: ignore[import-not-found]
from ceds_jsonld.mapping import FieldMapper  # type: ignore[import-not-found]
from ceds_jsonld.registry import ShapeRegistry  # type: ignore[import-not-found]
from ceds_jsonld.serializer import dumps  # type: ignore[import-not-found]

ROW = {
    "FirstName": "Ada",
    "MiddleName": "M",
    "LastName": "Byrne",
    "GenerationCodeOrSuffix": "",
    "Birthdate": "2012-05-15",
    "Sex": "Female",
    "RaceEthnicity": "White,Black",
    "IdentificationSystems": "PersonIdentificationSystem_State",
    "PersonIdentifierTypes": "PersonIdentifierType_StudentIdentifier",
}


def main() -> None:
    """Map, build and serialize, row after row."""
    count, out = int(sys.argv[1]), Path(sys.argv[3])
    shapes = ShapeRegistry()
    shape = shapes.load_shape("person")
    mapper, builder = FieldMapper(shape.mapping_config), JSONLDBuilder(shape)
    rows = [{**ROW, "PersonIdentifiers": str(989_000_000 + number)} for number in range(500)]
    wall, cpu = time.perf_counter(), time.process_time()
    with out.open("wb") as stream:
        for row in islice(cycle(rows), count):
            stream.write(dumps(builder.build_one(mapper.map(row))) + b"\n")
    print(time.perf_counter() - wall, time.process_time() - cpu)


main()
