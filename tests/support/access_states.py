"""Every state that a cell distinguishes, made of rows, and described to Cedar in plain words.

A state is a role, the codes that shall hold and at most one global denial. `State.case` builds
what the program sees; `State.circumstances` tells Cedar the same without asking the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from support.access_world import FOREVER, LONG_AGO, NOW, district

from service.access.desk import Case, Desk
from service.access.request import Agreement, Context, Subject
from service.access.sources import source

STUDENT: Final = "s"
ME: Final = "me"
YOUNG, GROWN = date(2012, 1, 1), date(2000, 1, 1)
CLIENTS: Final = ("CIS", "SIS")
OUTSIDE: Final = ("VRA", "AUD", "PSE")
_PURPOSES: Final = {"A35": "audit", "ENR": "transfer", "ENR12": "transfer", "FA": "financial-aid"}
_STALE: Final = {"LEI", "TEAM"}
DENIALS: Final = (
    "G1",
    "G2",
    "G3-suspended",
    "G3-agreement",
    "G4",
    "G5-none",
    "G5-unlisted",
    "G5-never",
    "G6-scope",
    "G6-user",
    "G7",
    "G8-hold",
    "G8-inspection",
    "G9",
    "G10",
    "G11",
)


def row(name: str, **values: Any) -> tuple[str, tuple[Any, ...]]:
    """A row of a source, in force unless it says otherwise."""
    plain = {"student_id": STUDENT, "valid_from": LONG_AGO, "tenant": "district"}
    filled = {**dict.fromkeys(source(name).names), **plain, **values}
    return name, tuple(filled[column] for column in source(name).names)


@dataclass
class State:
    """One role in one cell, the codes that hold, and one denial or none.

    `elements` names, for a code that a consent meets, what the paper names instead of the section;
    `named` what an agreement names beside the section.
    """

    role: str
    section: str
    action: str
    codes: frozenset[str]
    cell: frozenset[str] = frozenset()
    denial: str = ""
    elements: Mapping[str, frozenset[str]] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    born: date = YOUNG
    rows: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    subject: dict[str, Any] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)
    place: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        known = {**dict.fromkeys(CLIENTS, "client"), **dict.fromkeys(OUTSIDE, "outside")}
        return known.get(self.role, "person")

    @property
    def purpose(self) -> str:
        found = [_PURPOSES[code] for code in sorted(self.codes & _PURPOSES.keys())]
        return found[0] if found else "instruction"

    @property
    def can_be(self) -> bool:
        """Whether any rows could make exactly these codes hold."""
        codes, cell = self.codes, self.cell
        never = {
            "NEED is a matter of configuration": "NEED" in cell - codes,
            "a teacher with a class implements": self.role == "TCH"
            and "IMPL" in cell
            and ("IMPL" in codes) != ("LEI" in codes),
            "a formal inspection is a request": self.role == "PRV"
            and "FR" in codes
            and "REQ" in cell - codes,
            "an ended agreement opens nothing": self.denial == "G3-agreement"
            and bool(codes & {"AGR", "A35"}),
            "a hold keeps destruction back": self.denial.startswith("G8") and "HLD" in codes,
            "an inspection is a request": self.denial == "G8-inspection"
            and bool(cell & {"REQ", "FR"}),
            "only applications have scopes": self.denial in {"G6-scope", "G7"}
            and (self.kind != "client" or "SC" not in codes),
            "a wildcard is no exact scope": self.denial == "G6-scope",
            "all of it can be read": self.denial == "G10" and bool(codes & {"FR", "EL"}),
            "an export to nobody else": self.denial == "G11" and "DX" in codes,
            "a share with a reader": self.denial == "G11" and bool(codes & {"CP", "CI"}),
            "recipients of a share decide": self.action == "share" and "DX" in cell - codes,
        }
        return not any(never.values())

    def case(self) -> Case:
        """What the program sees."""
        self._role()
        for code in sorted(self.codes):
            getattr(self, f"_{code.lower()}")()
        self._absences()
        self._sharing()
        if self.denial:
            getattr(self, f"_deny_{self.denial.lower().replace('-', '_')}")()
        rows: dict[str, list[tuple[Any, ...]]] = {}
        birth = row("birth", birth_date=self.born)
        place = row("enrolled", org_id="s1")
        for name, one in [birth, place, *self.rows]:
            rows.setdefault(name, []).append(one)
        return self._desk().case({name: tuple(found) for name, found in rows.items()})

    def _desk(self) -> Desk:
        is_person = self.kind == "person"
        subject = Subject(
            tenant="district",
            account_id=ME,
            kind=self.kind,
            person_id=ME if is_person else None,
            role=None if is_person else self.role,
        )
        strength = "mtls" if self.kind == "client" else "strong-factor"
        given = {"purpose": self.purpose, "stated": False, "strength": strength, **self.context}
        usual = {"dependents": False, "directory_audience": frozenset(), "idea_transfers": None}
        return Desk(
            replace(subject, **self.subject), Context(NOW, **given), district(**usual | self.place)
        )

    def circumstances(self) -> dict[str, Any]:
        """The same for Cedar."""
        denial = self.denial
        client = self.kind == "client"
        exact = "SC" in self.codes and denial != "G7"
        told = {
            "codes": sorted(self.codes),
            "subjectTenant": "elsewhere" if denial == "G1" else "here",
            "strongFactor": denial != "G2",
            "suspended": denial == "G3-suspended",
            "agreementEnded": denial == "G3-agreement",
            "barred": denial == "G4",
            "application": client,
            "scopedExactly": exact,
            "scopedWidely": denial == "G7",
            "actsForUser": denial == "G6-user",
            "legalHold": denial == "G8-hold",
            "openInspection": denial == "G8-inspection" or bool(self.codes & {"FR"}),
            "mirrored": denial == "G9",
            "usesOnlyReadable": denial != "G10",
            "namesRecipient": self.action == "share" or denial == "G11",
            "recipientMayRead": self.action == "share" and denial != "G11",
        }
        return {**told, **self._purpose_told()}

    def _purpose_told(self) -> dict[str, Any]:
        listed = ["work", "marketing"]
        if self.denial == "G5-never":
            return {"purpose": "marketing", "listed": listed}
        return {"purpose": {"G5-none": "", "G5-unlisted": "fun"}.get(self.denial, "work")}

    # Roles, so that nothing else holds.

    def _role(self) -> None:
        ties = {"CNS": "counselor", "CMG": "caseManager", "MEN": "mentor"}
        if self.role in ties:
            self.rows.append(row("tie", agent_id=ME, kind=ties[self.role]))
        known = {
            "PAR": row("guardian", agent_id=ME),
            "PNR": row("guardian", agent_id=ME),
            "EDR": row("appointment", agent_id=ME, kind="surrogate", regime="none", section="-"),
            "TEM": row("team", person_id=ME, employed=True, represents_agency=False),
            "TCH": row("teaching", agent_id=ME),
            "ADM": row("site", agent_id=ME),
            "STU": row("student"),
        }
        self.rows += [known[self.role]] if self.role in known else []
        if self.role == "STU":
            self.subject["person_id"] = STUDENT
        if self.role == "PRV":
            self.subject["appointed"] = (("PRV", LONG_AGO, None),)
        self.born = GROWN if self.role == "PNR" else YOUNG

    def _absences(self) -> None:
        """What has to be missing for the codes that shall not hold."""
        if _STALE & (self.cell - self.codes) and not _STALE & self.codes:
            self.place["roster_as_of"] = None  # then no staff role is held
        if "RI" in self.cell - self.codes and self.role == "PAR":
            self.place |= {"idea_transfers": True, "majority_age": 10}

    def _sharing(self) -> None:
        if self.action == "share":
            self.context["party"] = Subject("district", STUDENT, person_id=STUDENT)
            self.rows += [row("student")] if self.role != "STU" else []

    # Codes.

    def _consent(self, regime: str, code: str = "", **values: Any) -> None:
        recipient = STUDENT if self.action == "share" else ME
        signed = {"signed_at": LONG_AGO, "effective_from": LONG_AGO, "expires_at": FOREVER}
        given = {"decision": "granted", "entitled": True, "capacity": "student", **signed}
        what = {"section": self.section, "purpose": self.purpose, "regime": regime}
        paper = {"recipient": recipient, **given, **what, **values}
        named = self.elements.get(code)
        if named is None:
            self.rows.append(row("consent", **paper))
        else:
            self.rows += [row("consent_field", **paper, field=one) for one in sorted(named)]

    def _cp(self) -> None:
        self._consent("FERPA_99_30", "CP")

    def _cf(self) -> None:
        self._consent("FERPA_99_30", "CF")

    def _ci(self) -> None:
        self._consent("IDEA_300_622", "CI")

    def _ownc(self) -> None:
        self._consent("FERPA_99_30", section="directory", purpose="anything")

    def _el(self) -> None:
        self.born = GROWN

    def _rf(self) -> None:
        self._appoint("FERPA", "-")

    def _ri(self) -> None:
        if self.role == "EDR":
            self._appoint("IDEA", "-")
        elif self.role == "STU":
            self.place |= {"idea_transfers": True, "majority_age": 10}
        else:
            self.place["idea_transfers"] = False

    def _scp(self) -> None:
        self._appoint("none", self.section)

    def _appoint(self, regime: str, section: str) -> None:
        kind = "attorneyInFact"
        self.rows.append(row("appointment", agent_id=ME, kind=kind, regime=regime, section=section))

    def _dep(self) -> None:
        self.place["dependents"] = True
        self.rows.append(row("standing", kind="dependent"))

    def _dir(self) -> None:
        self.place["directory_audience"] = frozenset({self.role})

    def _comes_along(self) -> None:
        """With role and roster, configuration, class, or a recipient who reads everything."""

    _lei = _need = _impl = _dx = _comes_along

    def _team(self) -> None:
        if self.role != "TEM":
            self._lead(represents=False)

    def _learep(self) -> None:
        self._lead(represents=True)

    def _lead(self, *, represents: bool) -> None:
        self.rows.append(row("team", person_id=ME, employed=True, represents_agency=represents))

    def _sgn(self) -> None:
        self.context["signs"] = True

    def _tm(self) -> None:
        self.context["team_decision"] = "t"
        self.rows.append(
            row("team_decision", id="t", kind="meeting", notice="pwn", decided_at=LONG_AGO)
        )

    def _purp(self) -> None:
        self.context["stated"] = True

    def _bg(self) -> None:
        what = {"section": self.section, "told_at": LONG_AGO, "valid_to": FOREVER}
        self.rows.append(row("break_glass", account_id=ME, **what))

    def _shd(self) -> None:
        self.rows.append(row("share", section=self.section, item_id="i", audience=ME))

    def _own(self) -> None:
        me = STUDENT if self.role == "STU" else ME
        self.rows.append(row("owner", section=self.section, item_id="i", owner_id=me))

    def _src(self) -> None:
        from service.access.policy import sections

        fields = sections()[self.section].fields
        self.subject["source_fields"] = frozenset((self.section, one) for one in fields)

    def _sc(self) -> None:
        self.subject["scopes"] = frozenset({(self.section, self.action, "s1")})

    def _agr(self) -> None:
        self._agree("a1")

    def _a35(self) -> None:
        self._agree("a3")

    def _agree(self, exception: str, ended: str | None = None) -> None:
        sections = frozenset({self.section}) | self.named
        made = Agreement(exception, sections, LONG_AGO, FOREVER, ended, FOREVER, bound=True)
        self.subject["agreements"] = (made,)

    def _deid(self) -> None:
        self.context["deidentified"] = True

    def _enr(self) -> None:
        self.rows.append(row("tie", agent_id=ME, kind="enrollment", notice_met=True))

    def _enr12(self) -> None:
        self._enr()
        self.subject["k12"] = True

    def _fa(self) -> None:
        self.rows.append(row("tie", agent_id=ME, kind="aid", notice_met=False))

    def _request(self, kind: str, **values: Any) -> None:
        opened = {"opened_at": LONG_AGO, "requester_id": ME, "section": self.section}
        self.rows.append(row("request", kind=kind, **{**opened, "formal": False, **values}))

    def _req(self) -> None:
        self._request("transfer")

    def _amd(self) -> None:
        self._request("amendment", decided_at=LONG_AGO)

    def _fr(self) -> None:
        self._request("inspection", formal=True)

    def _hld(self) -> None:
        self.rows.append(row("destroy_order", section=self.section, due_at=LONG_AGO))

    # Denials.

    def _deny_g1(self) -> None:
        self.subject["tenant"] = "elsewhere"

    def _deny_g2(self) -> None:
        self.context["strength"] = "password"

    def _deny_g3_suspended(self) -> None:
        self.subject["suspended_at"] = LONG_AGO

    def _deny_g3_agreement(self) -> None:
        self._agree("a1", ended=LONG_AGO)

    def _deny_g4(self) -> None:
        barred = STUDENT if self.role == "STU" else ME
        self.rows.append(row("restriction", person_id=barred))

    def _deny_g5_none(self) -> None:
        self.context["purpose"] = None

    def _deny_g5_unlisted(self) -> None:
        self.context["purpose"] = "fun"

    def _deny_g5_never(self) -> None:
        self.context["purpose"] = "marketing"
        self.place["purposes"] = frozenset({"marketing"})

    def _deny_g6_user(self) -> None:
        self.context["user"] = Subject("district", "stranger", person_id="stranger")

    def _deny_g7(self) -> None:
        self.subject["scopes"] = frozenset({("*", self.action, "*")})

    def _deny_g8_hold(self) -> None:
        self.rows.append(row("hold"))

    def _deny_g8_inspection(self) -> None:
        self._request("inspection", section="*", requester_id="somebody")

    def _deny_g9(self) -> None:
        self.context["mirrored"] = True

    def _deny_g10(self) -> None:
        unread = "disclosureLog" if self.role in {"STU", "CIS", "SIS"} else "reflectionsPrivate"
        self.context["uses"] = frozenset({unread})

    def _deny_g11(self) -> None:
        self.context["party"] = Subject("district", "stranger", person_id="stranger")
