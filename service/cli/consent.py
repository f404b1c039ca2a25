"""`planbridge consent` and `planbridge optout`: who agreed to what, and who refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.counter import (
    Every,
    Json,
    One,
    Row,
    Student,
    Why,
    asking,
    at_work,
    listed,
    looking,
    moment_of,
    party_of,
    student_of,
    told,
    with_names,
)

if TYPE_CHECKING:
    from service.access.workflow.clerk import Clerk

consent = typer.Typer(help="Consents and refusals.", no_args_is_help=True)
optout = typer.Typer(help="Refusals of directory information.", no_args_is_help=True)


@consent.command("add")
def add(
    student: Student,
    regime: Annotated[str, typer.Option(help="FERPA_99_30 or IDEA_300_622.")],
    signer: Annotated[str, typer.Option(help="Who signed: an account or a person's id.")],
    recipient: Annotated[str, typer.Option(help="For whom: an account, a person, or a role.")],
    purpose: Annotated[str, typer.Option(help="What for, from the district's list.")],
    signed: Annotated[str, typer.Option(help="When, in ISO 8601; a day is midnight there.")],
    expires: Annotated[str, typer.Option(help="Until when.")],
    evidence: Annotated[str, typer.Option(help="Where the paper is, or how the signer signed in.")],
    section: Annotated[
        list[str] | None, typer.Option(help="A whole section; give it again for more.")
    ] = None,
    element: Annotated[
        list[str] | None, typer.Option(help="A single element, such as GOA.01.")
    ] = None,
    method: Annotated[str, typer.Option(help="paper or electronic.")] = "paper",
    begins: Annotated[str | None, typer.Option("--from", help="From when; else signing.")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="The answer was no.")] = False,
    language: Annotated[str, typer.Option(help="In which language it was explained.")] = "en",
    copy: Annotated[bool, typer.Option("--copy", help="A copy of what is told is wanted.")] = False,
    supersedes: Annotated[str | None, typer.Option(help="The consent that this one ends.")] = None,
    reason: Why = "",
    as_json: Json = False,
) -> None:
    """Record a signed consent. The signer's right is looked up, never taken on trust."""
    from service.access.workflow.consents import Paper, add_consent
    from service.errors import Invalid

    with at_work(reason) as clerk:
        signed_at = moment_of(clerk, "signed", signed)
        expires_at = moment_of(clerk, "expires", expires)
        if signed_at is None or expires_at is None:
            raise Invalid("signed and expires are needed.", "Give both.")
        paper = Paper(
            regime,
            party_of(clerk, signer),
            frozenset(section or ()),
            _recipient(clerk, recipient),
            purpose,
            signed_at,
            expires_at,
            evidence,
            method,
            moment_of(clerk, "from", begins),
            decision="refused" if refused else "granted",
            language=language,
            copy_on_request=copy,
            supersedes=supersedes,
            fields=frozenset(element or ()),
        )
        done = add_consent(clerk, student_of(clerk, student), paper)
    told(done, "Recorded.", as_json)


@consent.command("revoke")
def revoke(consent_id: Row, reason: Why = "", as_json: Json = False) -> None:
    """End a consent from this moment on; what was told before stays told."""
    from service.access.workflow.consents import revoke_consent

    with at_work(reason) as clerk:
        done = revoke_consent(clerk, consent_id)
    told(done, "Revoked.", as_json)


@consent.command("list")
def show(student: Student, as_json: Json = False) -> None:
    """List the consents of a student, each with whether it is in force."""
    from service.access.workflow.consents import list_consents

    with looking() as clerk:
        rows = list_consents(clerk, student_of(clerk, student))
    columns = [
        "id",
        "state",
        "regime",
        "capacity",
        "recipient",
        "purpose",
        "sections",
        "fields",
        "expires_at",
    ]
    listed("Consents", columns, rows, as_json)


@consent.command("copies")
def copies(student: One = None, every: Every = False, as_json: Json = False) -> None:
    """List the copies that are owed of what was told by a consent that asks for them."""
    from service.access.workflow.copies import list_copies

    with asking() as visit:
        whose = student and student_of(visit.clerk, student)
        rows = with_names(visit, list_copies(visit.clerk, whose, every=every), "student_id")
    columns = ["id", "student", "owed_to", "receiver_id", "fields", "seq", "last_at", "sent_at"]
    listed("Copies", columns, rows, as_json)


@consent.command("sent")
def sent(
    copy_id: Row,
    upto: Annotated[int, typer.Option(help="Its seq in the list from which it was made.")],
    reason: Why,
    as_json: Json = False,
) -> None:
    """Record that the agency sent a copy; the reason says how."""
    from service.access.workflow.copies import note_sent

    with at_work(reason) as clerk:
        done = note_sent(clerk, copy_id, upto)
    told(done, "Sent.", as_json)


@optout.command("add")
def add_optout(student: Student, reason: Why = "", as_json: Json = False) -> None:
    """Refuse directory information; it stays refused until somebody takes it back."""
    from service.access.workflow.spans import add_opt_out

    with at_work(reason) as clerk:
        done = add_opt_out(clerk, student_of(clerk, student))
    told(done, "Opted out.", as_json)


@optout.command("end")
def end_optout(opt_out: Row, reason: Why, as_json: Json = False) -> None:
    """Take a refusal back, at the rights holder's word."""
    from service.access.workflow.spans import end_span

    with at_work(reason) as clerk:
        done = end_span(clerk, "opt-out", opt_out)
    told(done, "Taken back.", as_json)


@optout.command("list")
def list_optouts(student: One = None, as_json: Json = False) -> None:
    """List refusals of directory information."""
    from service.access.workflow.spans import list_spans

    with asking() as visit:
        rows = list_spans(visit.clerk, "opt-out", student and student_of(visit.clerk, student))
        rows = with_names(visit, rows, "student_id")
    listed("Opt-outs", ["id", "student", "in_force", "valid_from", "valid_to"], rows, as_json)


def _recipient(clerk: Clerk, given: str) -> str:
    from service.access import policy

    return given if given in policy.roles() else party_of(clerk, given)
