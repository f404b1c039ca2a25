"""Codecs of coded values: through a crosswalk, or unchanged within one code set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mappings.codesets.crosswalk import Crosswalk, crosswalk
from mappings.engine.codec.base import Spec
from mappings.engine.errors import MappingTableError, Unrepresentable

FORMS = {"plain": "", "descriptor": "uri://{namespace}/{set}#", "option": "{set}_"}
"""What stands before a code: nothing, an Ed-Fi descriptor's namespace, a CEDS option set."""


@dataclass(frozen=True, slots=True)
class Crossed:
    """A code by way of a crosswalk.

    Several codes of ours may share one of theirs; reading takes the preferred one. A descriptor
    is read by its code value, whatever its namespace is.
    """

    table: Crosswalk
    form: str = "plain"
    namespace: str = ""

    def encode(self, value: Any) -> str:
        found = self.table.forward.get(value)
        if found is None:
            raise Unrepresentable(value, self.table.reason(value))
        return self._before(found.theirs_set) + found.theirs

    def decode(self, value: Any) -> str:
        bare = self._bare(value)
        ours = self.table.backward.get(bare)
        if ours is None:
            raise Unrepresentable(value, self.table.reason_theirs(bare))
        return ours

    def _before(self, codes: str) -> str:
        namespace, _, name = codes.rpartition("/")
        known = self.namespace if namespace == "local" else namespace
        return FORMS[self.form].format(namespace=known, set=name)

    def _bare(self, value: Any) -> str:
        text = str(value)
        if self.form == "descriptor":
            return text.rpartition("#")[2]
        if self.form == "option":
            return text.partition("_")[2]
        return text


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A code that both sides spell alike, behind what their form puts before it."""

    before: str = ""
    max_length: int | None = None

    def encode(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Unrepresentable(value, "no code")
        if self.max_length is not None and len(value) > self.max_length:
            raise Unrepresentable(value, f"longer than {self.max_length} characters")
        return self.before + value

    def decode(self, value: Any) -> str:
        text = str(value)
        if "#" in self.before and "#" in text:
            return text.rpartition("#")[2]
        if not text.startswith(self.before):
            raise Unrepresentable(value, f"does not start with {self.before}")
        return text.removeprefix(self.before)


def code(spec: Spec) -> Crossed | Verbatim:
    """`{ codec = "code", set = "edfi/sex" }` or `{ codec = "code", in = "local/XDescriptor" }`.

    `form` is `plain`, `descriptor` or `option`; the set `local/...` has the tenant's namespace.
    """
    params = spec.take("set", "in", "form", "max")
    form, local = params.get("form", "plain"), spec.namespaces.get("local", "")
    if form not in FORMS:
        raise MappingTableError(f"no form {form!r}: {', '.join(FORMS)}")
    if "set" in params:
        return Crossed(crosswalk(params["set"]), form, local)
    namespace, _, name = params.get("in", "").rpartition("/")
    before = FORMS[form].format(namespace=local if namespace == "local" else namespace, set=name)
    return Verbatim(before, params.get("max"))
