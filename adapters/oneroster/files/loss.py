"""What a OneRoster file cannot say, one value or one record at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.oneroster.listing import shorten
from mappings.engine.loss import Losses, LossKey, Side
from schemas.finding import Finding

WHOLE = ""
"""The path of a loss that is the whole record."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of a record that did not reach the file.

    `path` is the column, or `WHOLE` where the record itself was left out. `code` is stable, for
    counting; `reason` is for a person. `value` is a short sample and may hold personal data.
    `where` is the place the record was read from, `count` how many values share the loss.
    """

    entity: str
    path: str
    code: str
    reason: str
    value: str | None = None
    where: str = ""
    count: int = 1


OnLoss = Callable[[Loss], None]
OnFinding = Callable[[Finding], None]


class Unrepresentable(Exception):
    """Raised at the first loss where nobody keeps account of losses; carries it as `loss`."""

    def __init__(self, loss: Loss) -> None:
        at = f"{loss.entity}.{loss.path}" if loss.path else f"a record of {loss.entity}"
        place = f" ({loss.where})" if loss.where else ""
        super().__init__(f"{at}{place} cannot be written: {loss.reason}")
        self.loss = loss


def refuse(loss: Loss) -> None:
    """The `OnLoss` of whoever accepts none."""
    raise Unrepresentable(loss)


def ignore(finding: Finding) -> None:
    """The `OnFinding` of whoever does not ask what had to be repaired."""


def counting(losses: Losses) -> OnLoss:
    """The `OnLoss` of a conversion: into its account."""

    def count(loss: Loss) -> None:
        losses.add(
            LossKey(Side.THEIRS, loss.entity, loss.path, loss.reason), loss.value, loss.count
        )

    return count


def dropping(losses: Losses) -> OnFinding:
    """The `OnFinding` of a conversion: what reading drops is lost, what it repairs is not."""
    told: set[Finding] = set()

    def count(finding: Finding) -> None:
        if finding.code in _DROPPED and finding not in told:
            told.add(finding)  # files may be read twice
            entity = (finding.file or "").partition(".")[0]
            key = LossKey(Side.THEIRS, entity, finding.column or WHOLE, finding.problem)
            losses.add(key, count=finding.count)

    return count


_DROPPED = frozenset({"password.dropped"})


def sample(value: object) -> str | None:
    """A short sample of a value."""
    return shorten(None if value is None else str(value))
