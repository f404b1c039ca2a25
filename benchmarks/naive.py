"""The obvious way to apply a delivery: row by row through pydantic and the ORM.

Reads the first enrollments of a night, validates each, looks its record up, and writes it where
it differs. Prints how many seconds it took for each thousand rows.
"""

from __future__ import annotations

import csv
import sys
import time
from datetime import date
from itertools import islice
from pathlib import Path

from pydantic import BaseModel
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

ROWS = 20_000


class Row(BaseModel):
    """An enrollment as the file has it."""

    sourcedId: str
    classSourcedId: str
    schoolSourcedId: str
    userSourcedId: str
    role: str
    beginDate: date | None = None
    endDate: date | None = None


class Base(DeclarativeBase):
    """Declarative base."""


class Enrollment(Base):
    """An enrollment as the database has it."""

    __tablename__ = "enrollment"
    sourcedId: Mapped[str] = mapped_column(primary_key=True)
    classSourcedId: Mapped[str]
    schoolSourcedId: Mapped[str]
    userSourcedId: Mapped[str]
    role: Mapped[str]
    beginDate: Mapped[date | None]
    endDate: Mapped[date | None]


def night(session: Session, file: Path) -> None:
    """Compare each row with its record and write what differs."""
    with file.open(newline="", encoding="utf-8") as stream:
        for raw in islice(csv.DictReader(stream), ROWS):
            row = Row.model_validate({key: value or None for key, value in raw.items()})
            known = session.get(Enrollment, row.sourcedId)
            if known is None:
                session.add(Enrollment(**row.model_dump()))
                continue
            for name, value in row.model_dump().items():
                if getattr(known, name) != value:
                    setattr(known, name, value)
    session.commit()


def main() -> None:
    """First load, then the same night again: the second is the quiet night."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    file = Path(sys.argv[1]) / "enrollments.csv"
    timed(engine, file)
    print(f"{timed(engine, file) / ROWS * 1000:.4f}")


def timed(engine: Engine, file: Path) -> float:
    """Seconds that a night takes."""
    with Session(engine) as session:
        start = time.perf_counter()
        night(session, file)
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
