"""Who does something, why and when: what every deliberate change carries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """A person's or program's deliberate act; `at` is as `settings.instant` writes it.

    `login` is the machine's own name for whoever started the program, which no setting changes.
    """

    by: str
    reason: str
    at: str
    login: str = ""

    @property
    def identity(self) -> str:
        """How it is known who acts, for the audit log: the machine says so, or says who else."""
        stranger = self.login not in ("", self.by)
        return f"operating system, login {self.login}" if stranger else "operating system"
