"""`python -m service.access.document`: the reference page of who may do what, printed."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from service.access import policy
from service.access.table import shipped

_INTRO = """\
# Who may do what

Generated from `service/access/policy/` by `python -m service.access.document`; edit there.

A decision goes in this order: the global denials, then the cell of every role that the subject
holds for the student, then the fields and duties that come with what is open. What no cell allows
is denied. The same conditions make single decisions and lists; `planbridge access can` and
`planbridge access who` answer for one student.

This page describes how the software behaves and is not legal advice; a district's counsel decides.

**Not verified**, and to be confirmed by counsel: that attending college moves the rights over the
high school's own records too; that disability may never be directory information; in which States,
beyond those listed below, IDEA rights stay with parents; that a statement of disagreement is
disclosed with the record in every case.
"""


def _lines(rows: list[list[str]]) -> Iterator[str]:
    head, *body = rows
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in body:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _words() -> Iterator[str]:
    yield "\n## Global denials\n"
    rows = [[one.code, one.meaning, "; ".join(one.cite)] for one in policy.denials().values()]
    yield from _lines([["code", "denied because", "law"], *rows])
    yield "\n## Conditions\n"
    yield "A code marked * is a choice of the product, not of the law.\n"
    conditions = [
        [f"{one.code}{' *' if one.product else ''}", one.meaning, "; ".join(one.cite)]
        for one in policy.conditions().values()
    ]
    yield from _lines([["code", "holds where", "law"], *conditions])
    yield "\n## Duties\n"
    duties = [[code, meaning] for code, meaning in policy.obligations().items()]
    yield from _lines([["code", "duty"], *duties])


def _sections() -> Iterator[str]:
    yield "\n## Sections\n"
    yield "`NEED` opens only the fields named for the role. What stands apart is open to nobody"
    yield "but an application whose agreement names the field itself, beside the section.\n"
    rows = [
        [
            one.name,
            one.klass,
            ", ".join(sorted(one.fields)),
            "; ".join(f"{role}: {', '.join(sorted(need))}" for role, need in one.needs.items()),
            ", ".join(sorted(one.apart)),
        ]
        for one in policy.sections().values()
    ]
    yield from _lines([["section", "class", "fields", "NEED", "apart"], *rows])


def _roles() -> Iterator[str]:
    yield "\n## Roles\n"
    for role in policy.roles().values():
        yield f"\n### {role.code}: {role.name}\n"
        yield f"Basis: {'; '.join(role.cite)}."
        if role.stricter:
            yield f"Stricter than the law asks for: {', '.join(sorted(role.stricter))}."
        rows = [
            [section, *(shipped().cell(role.code, section, action) for action in policy.ACTIONS)]
            for section in policy.sections()
        ]
        yield ""
        yield from _lines([["section", *policy.ACTIONS], *rows])


def _states() -> Iterator[str]:
    yield "\n## States\n"
    yield "FERPA rights move to the student at 18, or with postsecondary attendance, everywhere."
    yield "Known to leave IDEA rights with the parents at majority:"
    kept = [state for state in policy.states() if policy.state_rule(state)[1] is False]
    yield f"{', '.join(kept)}. A district in any other State states its rule itself;"
    yield "until it does, nobody holds the IDEA rights of a student of age."
    ages = {state: policy.state_rule(state)[0] for state in policy.states()}
    other = [f"{state} {age}" for state, age in ages.items() if age != policy.state_rule(None)[0]]
    yield f"\nAge of majority: {policy.state_rule(None)[0]}, but {', '.join(other)}."


def document() -> str:
    """The page as Markdown."""
    parts = (*_words(), *_sections(), *_roles(), *_states())
    return _INTRO + "\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
