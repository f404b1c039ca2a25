"""What can go wrong in the service, grouped by what the caller should do about it."""

from __future__ import annotations


class ServiceError(Exception):
    """An error of this layer; `fix` tells the operator what to do."""

    code = "service"
    exit_status = 1

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix


class NotFound(ServiceError):
    """What was named does not exist: name something else."""

    code = "not-found"


class Invalid(ServiceError):
    """The request makes no sense as given: correct it."""

    code = "invalid"


class Busy(ServiceError):
    """Somebody else is at it: try again later."""

    code = "busy"


class Stale(ServiceError):
    """The world moved on since this was prepared: prepare it again."""

    code = "stale"


class LeaseLost(ServiceError):
    """Another run took over this district while this one slept; nothing was written."""

    code = "lease-lost"


class Held(ServiceError):
    """A person has to look before this may go on."""

    code = "held"
    exit_status = 3


class Misconfigured(ServiceError):
    """A setting has to change first."""

    code = "misconfigured"


class Denied(ServiceError):
    """Whoever asks may not: somebody else has to."""

    code = "denied"
