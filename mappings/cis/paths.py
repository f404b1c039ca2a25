"""Values by path in a plan's entries, such as `organization.name`, `scores[R].value` or `goal`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from pydantic import BaseModel, RootModel

from schemas.ilp.elements import models_in
from schemas.ilp.plan import ELEMENTS
from schemas.meta import Code

ITEM, ELEMENT, ATTACHED = "item", "element", "attached"
_STEP = re.compile(r"([a-z_0-9]+)(?:\[([^\]]+)\])?")
_JOINT = "; "


def value_at(entry: BaseModel, path: str) -> Any:
    """What stands at a path, or None; `field[R]` is the item of `field` on the scale `R`."""
    value: Any = entry
    for name, scale in _steps(path):
        value = getattr(value, name, None)
        if scale is not None:
            value = next((one for one in value or () if getattr(one, "scale", None) == scale), None)
        if value is None:
            return None
    return value


@cache
def _steps(path: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((match[1], match[2]) for match in _STEP.finditer(path))


def written(value: Any) -> str | None:
    """A value as one cell of text; several are joined by semicolons."""
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, RootModel):
        return str(value.root)
    if isinstance(value, Code):
        return value.code
    if isinstance(value, tuple):
        return _JOINT.join(text for one in value if (text := written(one))) or None
    return _plain(value)


def _plain(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return None if isinstance(value, BaseModel) else str(value)


def _number(value: Decimal) -> str:
    """Digits without exponent and without zeros behind that say nothing."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exists(elements: Iterable[str], path: str, within: str | None) -> bool:
    """Whether an entry of one of the elements can have something there."""
    if path == ELEMENT:
        return True
    path = "file" if path == ATTACHED else path
    if path.startswith(f"{ITEM}."):
        path = f"{within}.{path.removeprefix(f'{ITEM}.')}" if within else "?"
    steps = _steps(path)
    return bool(steps) and any(
        element in ELEMENTS and _leads(ELEMENTS[element].model, steps) for element in elements
    )


def _leads(model: type[BaseModel], steps: tuple[tuple[str, str | None], ...]) -> bool:
    (name, _), rest = steps[0], steps[1:]
    info = model.model_fields.get(name)
    if info is None:
        return False
    return not rest or any(_leads(one, rest) for one in models_in(info.annotation))


def placed(values: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a path of nested plain values, making what leads there."""
    steps = _steps(path)
    for name, scale in steps[:-1]:
        values = _into(values, name, scale)
    values[steps[-1][0]] = value


def _into(values: dict[str, Any], name: str, scale: str | None) -> dict[str, Any]:
    if scale is None:
        below: dict[str, Any] = values.setdefault(name, {})
        return below
    items: list[dict[str, Any]] = values.setdefault(name, [])
    for item in items:
        if item.get("scale") == scale:
            return item
    items.append({"scale": scale})
    return items[-1]


def fields_read(elements: Iterable[str], paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Element and top-level field of each path that leads into entries."""
    tops = {_steps(path)[0][0] for path in paths if _steps(path)}
    for element in elements:
        for name in ELEMENTS[element].model.model_fields:
            if name in tops:
                yield element, name
