"""Codecs of coded values: through a crosswalk, or unchanged within one code set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mappings.codesets.crosswalk import Crosswalk, crosswalk
from mappings.engine.codec.base import Spec
from mappings.engine.errors import MappingTableError, Unrepresentable

FORMS = {"plain": "", "descriptor": "uri://{namespace}/{set}#", "option": "{set}_"}
"""What stands before a code: nothing, an Ed-Fi descriptor's namespace, a CEDS option set."""

OURS = ("urn:planbridge:", "#")
"""What addresses of ours begin with, whatever they are of."""


@dataclass(frozen=True, slots=True)
class Crossed:
    """A code by way of a crosswalk.

    Several codes of ours may share one of theirs; reading takes the preferred one. A descriptor
    is read by its name and code value, whatever its namespace is.
    """

    table: Crosswalk
    form: str = "plain"
    namespace: str = ""

    def encode(self, value: Any) -> str:
        found = self.table.forward.get(value) if isinstance(value, str) else None
        if found is None:
            raise Unrepresentable(value, self.table.reason(value))
        return self._before(found.theirs_set) + found.theirs

    def known_as(self, value: Any) -> str | None:
        """The code of ours that this one reads back as, if it is written at all."""
        found = self.table.forward.get(value) if isinstance(value, str) else None
        return None if found is None else self.table.backward[found.theirs]

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
        """The code alone; what stands before it has to be of this crosswalk."""
        text = str(value)
        if self.form == "plain" or text in self.table.backward:
            return text
        names = self.table.sets
        if self.form == "option":
            name = next((each for each in names if text.startswith(f"{each}_")), None)
            bare = text.removeprefix(f"{name}_")
        else:
            before, _, bare = text.partition("#")
            name = before.rpartition("/")[2]
        if name not in names:
            raise Unrepresentable(value, f"is not of {' or '.join(sorted(names))}")
        return bare


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A code that both sides spell alike, behind what their form puts before it."""

    before: str = ""
    max_length: int | None = None
    longest: int | None = None
    """Characters of the whole, what stands before the code included."""

    def encode(self, value: Any) -> str:
        if not isinstance(value, str) or not value:
            raise Unrepresentable(value, "no code")
        room = [self.max_length, self.longest and self.longest - len(self.before)]
        least = min((each for each in room if each is not None), default=len(value))
        if len(value) > least:
            raise Unrepresentable(value, f"longer than {least} characters")
        return self.before + value

    def decode(self, value: Any) -> str:
        text = str(value)
        bare = self._after_namespace(text) if "#" in self.before else None
        if bare is None and not text.startswith(self.before):
            raise Unrepresentable(value, f"does not start with {self.before}")
        return bare or text.removeprefix(self.before)

    def _after_namespace(self, text: str) -> str | None:
        """The code of a descriptor of the same name in any namespace."""
        place, _, code = text.partition("#")
        name = self.before[:-1].rpartition("/")[2]
        return code if place.rpartition("/")[2] == name else None


@dataclass(frozen=True, slots=True)
class Address(Verbatim):
    """The id of a node, behind what addresses of its kind begin with; others' stay whole."""

    def decode(self, value: Any) -> str:
        text = str(value)
        if text.startswith(self.before):
            return text.removeprefix(self.before)
        if not text or text.startswith(OURS):
            raise Unrepresentable(value, f"does not start with {self.before}")
        return text


def address(spec: Spec) -> Address:
    """`{ codec = "address", before = "urn:planbridge:person:" }`, or `before = "#"` in a node."""
    return Address(spec.take("before")["before"])


def code(spec: Spec) -> Crossed | Verbatim:
    """`{ codec = "code", set = "edfi/sex" }` or `{ codec = "code", in = "local/XDescriptor" }`.

    `form` is `plain`, `descriptor` or `option`; the set `local/...` has the tenant's namespace.
    Without a set, `before` is what stands before the code.
    """
    params = spec.take("set", "in", "form", "max", "before")
    form, local = params.get("form", "plain"), spec.namespaces.get("local", "")
    if form not in FORMS:
        raise MappingTableError(f"no form {form!r}: {', '.join(FORMS)}")
    if "set" in params:
        return Crossed(crosswalk(params["set"]), form, local)
    namespace, _, name = params.get("in", "").rpartition("/")
    known = local if namespace == "local" else namespace
    before = params.get("before", FORMS[form].format(namespace=known, set=name))
    return Verbatim(before, params.get("max"), spec.theirs.max_length if spec.theirs else None)
