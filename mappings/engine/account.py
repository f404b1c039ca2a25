"""What becomes of every value of ours: carried by some table, or counted once as a loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mappings.engine.fragments import Missed
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.outward import Attempt
from mappings.engine.paths import Tree, is_under, leaves, shape_of_place

UNSAID = "no row of its tables takes it"


@dataclass(slots=True)
class Account:
    """The places of one record of ours that were carried, and those that were missed.

    A whole that was missed (a table that failed, a carrier that is switched off) explains every
    value below it that no other table carries; where nothing below it was carried, it is one loss.
    """

    carried: set[str] = field(default_factory=set)
    missed: dict[str, Missed] = field(default_factory=dict)
    wholes: dict[str, Missed] = field(default_factory=dict)
    blurred: dict[str, Missed] = field(default_factory=dict)
    exact: set[str] = field(default_factory=set)

    def add(self, attempt: Attempt, at: str = "") -> None:
        """Note what came of a record, or of a part of it that stands at a place."""
        stem = f"{at}." if at else ""
        for each in attempt.missed:
            self.miss(each.below(at) if at else each, whole=not each.place)
        written = attempt.written.carried if attempt.written else ()
        carried = {f"{stem}{place}" for place in written if not place.startswith("$")}
        blurred = {f"{stem}{each.place}" for each in attempt.missed if each.blurred}
        self.carried |= carried
        self.exact |= {place for place in carried if not is_under(place, blurred)}

    def miss(self, missed: Missed, whole: bool = False) -> None:
        """Note a loss that stands unless another table carries the value; the first stands."""
        kind = self.wholes if whole else self.blurred if missed.blurred else self.missed
        kind.setdefault(missed.place, missed)

    def losses_of(self, tree: Tree, at: str = "") -> Iterator[Missed]:
        """What is lost of a record that stands at a place, each value once."""
        whole = self.wholes.get(at) or self.wholes.get("")
        if whole and not self._carries_below(at):
            yield Missed(at, whole.reason, whole.value)
        else:
            yield from self.values_of(tree, at, whole.reason if whole else UNSAID)

    def values_of(self, tree: Tree, at: str = "", reason: str = UNSAID) -> Iterator[Missed]:
        """The values lost of a record; `reason` is for those of which nothing was noted."""
        told: set[str] = set()
        for place, value in leaves(tree, at):
            if place.startswith("$") or is_under(place, self.carried):
                continue
            missed = self._nearest(place) or Missed(place, reason, value)
            if missed.place not in told:
                told.add(missed.place)
                yield missed
        for each in self.blurred.values():
            here = not at or is_under(each.place, {at})
            if here and not is_under(each.place, self.exact):
                yield each

    def _carries_below(self, at: str) -> bool:
        stems = (f"{at}.", f"{at}[") if at else ("",)
        return any(place == at or place.startswith(stems) for place in self.carried)

    def _nearest(self, place: str) -> Missed | None:
        """The loss noted for a place, or for what it is part of."""
        if place in self.missed:
            return self.missed[place]
        edge = max(place.rfind("."), place.rfind("["))
        return self._nearest(place[:edge]) if edge > 0 else None


def count(losses: Losses, missed: Missed, naming: Callable[[str], tuple[str, str]]) -> None:
    """Add a loss of ours; `naming` gives the subject and the path in it for a path of a shape."""
    subject, path = naming(shape_of_place(missed.place))
    losses.add(LossKey(Side.OURS, subject, path, missed.reason), missed.value)
