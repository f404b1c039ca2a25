"""What a night costs before it does anything: the interpreter and the modules it needs."""

import adapters.oneroster.csv.source  # noqa: F401
import service.nightly
import service.report.page
import service.sync.runs  # noqa: F401
