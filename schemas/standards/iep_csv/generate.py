"""Writes the columns of the CSV layout into its reference.

`python -m schemas.standards.iep_csv.generate` writes it into this checkout.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from schemas.standards.iep_csv import HEAD, KEY, Column, layout

PAGE: Final = Path(__file__).resolve().parents[3] / "docs" / "reference" / "iep-csv.md"

_MEANING: Final = {
    "ieps": "One row for each version of an IEP. The only file that has to be there.",
    "statements": "Strengths, preferences, interests, and recommendations of a summary.",
    "team": "Who was on the Team that met, by role. No names.",
    "assessments": "Age-appropriate transition assessments.",
    "postsecondary_goals": "Measurable postsecondary goals.",
    "not_applicable": "Areas for which the Team decided that no goal is needed. Absence of a "
    "goal decides nothing.",
    "annual_goals": "Measurable annual goals.",
    "progress_reports": "Reports on progress towards annual goals.",
    "services": "Transition services and other services of the IEP.",
    "service_deliveries": "That a service was given on a day.",
    "courses": "The course of study.",
    "agencies": "Agencies outside the school, their invitation, and both consents.",
    "commitments": "What agencies agreed to.",
    "accommodations": "Accommodations, in words that name no disability.",
    "programs": "Participation in special education, where the system tells of it beside the IEP.",
    "events": "Dated steps under IDEA.",
}

_BEGIN: Final = "<!-- generated: columns -->\n"
_END: Final = "<!-- end -->\n"


def page(text: str) -> str:
    """The page with its tables of columns as they are now; what surrounds them stays."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    parts = (_described(file, columns) for file, columns in layout().items())
    return f"{before}{_BEGIN}{''.join(parts)}\n{_END}{after}"


def _described(file: str, columns: tuple[Column, ...]) -> str:
    rows = "".join(_rows(file, columns))
    head = "| column | kind | required | meaning |\n|---|---|---|---|\n"
    return f"\n### {file}.csv\n\n{_MEANING[file]}\n\n{head}{rows}"


def _rows(file: str, columns: tuple[Column, ...]) -> Iterator[str]:
    for column in columns:
        if file == HEAD or column.name not in KEY:
            required = "yes" if column.required else ""
            kind = "text" if column.kind == "string" else column.kind
            yield f"| `{column.name}` | {kind} | {required} | {column.meaning} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
