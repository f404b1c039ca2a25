"""How code deep inside the reader says that a delivery cannot be read."""

from __future__ import annotations

from schemas.finding import Finding, Severity


class Refused(Exception):
    """Carries one REFUSE finding up to whoever answers for the delivery."""

    def __init__(
        self,
        code: str,
        problem: str,
        fix: str,
        *,
        file: str | None = None,
        value: str | None = None,
    ) -> None:
        super().__init__(problem)
        self.finding = Finding(Severity.REFUSE, code, problem, fix, file=file, value=value)
