"""A tree as it is written: options by term or IRI, and nothing that a processor would drop.

A processor of JSON-LD drops silently what its context does not define, and reads an option that
it does not know as an address relative to the document. Both are refused here. A quick look says
whether a tree can stay as it is, because it is taken for every value of a district; a careful
walk changes or refuses the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from adapters.ceds.tree import MAX_DEPTH, Tree, Unwritable, sample
from schemas.finding import Finding, Severity
from schemas.standards.ceds import all_classes, all_properties, by_term, links, literals, named
from schemas.standards.ceds.table import PARTIAL_DATE, PARTIAL_DATES, Term
from schemas.standards.shape import Kind

_KEY_FIX: Final = "use a property of the class, a term of extension.toml, or a whole IRI"
_PLAIN: Final = (str, int, bool)
_MOST_LOOKS: Final = 10_000

Look = Callable[[Tree, int], bool]


class Exporter:
    """Turns trees into what is written. Raises Unwritable for what has no place in a document."""

    def __init__(self) -> None:
        terms = all_properties()
        self._known = terms
        self._classes = frozenset(all_classes())
        self._links = links()
        self._literals = literals()
        options = {name: named() for name, term in terms.items() if term.codes}
        self._words: dict[str, frozenset[str]] = options | {"@type": self._classes}
        self._looks: dict[tuple[str, ...], Look] = {}

    def __call__(self, tree: Tree) -> Tree:
        """The tree to serialize: the same object where nothing has to change."""
        return tree if self._stays(tree, 0) else self._node(tree, 0)

    def _stays(self, node: Tree, depth: int) -> bool:
        return (self._looks.get(tuple(node)) or self._learn(node))(node, depth)

    def _learn(self, node: Tree) -> Look:
        if len(self._looks) >= _MOST_LOOKS:
            self._looks.clear()
        names = tuple(node)
        look = self._looks[names] = self._look(names)
        return look

    def _all_stay(self, nodes: list[Any], depth: int) -> bool:
        if depth >= MAX_DEPTH:
            return False
        looks = self._looks
        for each in nodes:  # a generator or one more call would cost a fifth of the whole look
            if each.__class__ is not dict:
                return False
            if not (looks.get(tuple(each)) or self._learn(each))(each, depth + 1):
                return False
        return True

    def _look(self, names: tuple[str, ...]) -> Look:
        """A look at nodes with these properties, as one expression; names stand for themselves."""
        tests = [self._test(name, f"v{at}") for at, name in enumerate(names)]
        values = "".join(f"v{at}, " for at in range(len(names)))
        unpacked = f"    {values}= node.values()\n" if names else ""
        source = f"def look(node, depth):\n{unpacked}    return {' and '.join(tests) or 'True'}\n"
        words = {f"words_{at}": self._words.get(name) for at, name in enumerate(names)}
        space: dict[str, Any] = {**words, "plain": _PLAIN, "all_stay": self._all_stay}
        exec(source, space)  # noqa: S102 - made of numbers and of the tests below alone
        look: Look = space["look"]
        return look

    def _test(self, name: str, value: str) -> str:
        if name in self._literals:
            return f"({value}.__class__ is str or {value}.__class__ in plain)"
        if name in self._words:
            return f"{value}.__class__ is str and {value} in words_{value[1:]}"
        if name == "@id":
            return f"{value}.__class__ is str and ':' in {value}"
        if name in self._links:
            return f"{value}.__class__ is list and all_stay({value}, depth)"
        return "False"

    def _node(self, node: Tree, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise _refusal(
                "", node, f"more than {MAX_DEPTH} nodes within one another", "refer by @id"
            )
        return {
            key: value
            if type(value) is str and (key in self._literals or value in self._words.get(key, ()))
            else self._value(key, value, depth)
            for key, value in node.items()
        }

    def _value(self, key: str, value: Any, depth: int) -> Any:
        if key == "@type":
            return self._class(value)
        if key == "@id":
            return _address(value)
        if key.startswith("@") or (key not in self._known and ":" not in key):
            raise _refusal(key, value, "neither CEDS nor our extension has this property", _KEY_FIX)
        if type(value) is list:
            return [self._one(key, self._known.get(key), each, depth) for each in value]
        return self._one(key, self._known.get(key), value, depth)

    def _one(self, key: str, term: Term | None, value: Any, depth: int) -> Any:
        if type(value) is dict:
            as_it_is = "@value" in value or "@list" in value
            stays = as_it_is or self._stays(value, depth + 1)
            return value if stays else self._node(value, depth + 1)
        if term and term.codes:
            return _option(key, value)
        if term and term.kind is Kind.OBJECT:
            raise _refusal(key, value, "a link holds nodes", "give a node, or {'@id': ...} of one")
        if type(value) not in _PLAIN:
            raise _refusal(
                key, value, "no value of a CEDS record", "give decimals and dates as text"
            )
        if term and term.datatype == PARTIAL_DATE:
            return {"@value": value, "@type": PARTIAL_DATES.get(len(str(value)), "xsd:string")}
        return value

    def _class(self, value: Any) -> Any:
        for each in value if type(value) is list else (value,):
            if type(each) is not str or not (each in self._classes or "://" in each):
                raise _refusal("@type", each, "no class of CEDS 14", "use a class that CEDS has")
        return value


def _option(key: str, value: Any) -> str:
    if type(value) is str:
        if "://" in value or value in named():
            return value
        if option := by_term().get(value):
            return option.iri
    raise _refusal(key, value, "no option of CEDS 14", "use <set>_<code> with a code of the set")


def _address(value: Any) -> str:
    if type(value) is str and ":" in value:
        return value
    raise _refusal("@id", value, "no address that stands alone", "use an IRI such as urn:uuid:...")


def _refusal(key: str, value: Any, problem: str, fix: str) -> Unwritable:
    text = f"{key}: {problem}" if key else problem
    return Unwritable(
        Finding(Severity.REFUSE, "ceds.unwritable", text, fix, column=key, value=sample(value))
    )
