"""What rows of a table cannot do for an item: ids and words made of other values of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from mappings.engine.paths import Tree


def with_student(tree: Tree, student: str, system: str) -> Tree:
    """The tree with its student's identifiers, the source's own first."""
    told = dict(tree.get("student", {}))
    state = tree.get("$item", {}).get("state")
    own = {"system": system, "value": student}
    others = [{"system": "state", "value": state}] if state and system != "state" else []
    whole = {name: value for name, value in tree.items() if name != "$item"}
    return {**whole, "student": {**told, "identifiers": [own, *others]}}


def completed(tree: Tree) -> Tree:
    """The tree with its lists in their places and with ids for items that have none."""
    whole = {name: value for name, value in tree.items() if value is not None and "." not in name}
    for name in _MAKERS.keys() & whole.keys():
        whole[name] = [_MAKERS[name](item) for item in whole[name]]
    if "course_of_study" in whole:
        whole["course_of_study"] = _years(whole["course_of_study"])
    if "commitments" in whole:
        _hand_over(whole.pop("commitments"), whole.setdefault("agencies", []))
    lists = {name: value for name, value in whole.items() if isinstance(value, list)}
    whole |= {name: _told_apart([_bare(item) for item in items]) for name, items in lists.items()}
    _put_statements(tree, whole)
    return whole


def _put_statements(tree: Tree, whole: Tree) -> None:
    """Put lists of single texts where they belong: `preferences.strengths`."""
    for name, items in tree.items():
        if "." in name:
            owner, part = name.split(".")
            whole.setdefault(owner, {})[part] = [item["value"] for item in items]


def _years(rows: list[Tree]) -> list[Tree]:
    """Rows of one course each as the course of study of each year."""
    years: dict[tuple[Any, Any], Tree] = {}
    for row in rows:
        key = (row.get("school_year"), row.get("grade_level"))
        about = {name: value for name, value in row.items() if name != "course"}
        years.setdefault(key, {**about, "courses": []})["courses"].append(row.get("course"))
    return [years[key] for key in sorted(years, key=str)]


def _hand_over(commitments: list[Tree], agencies: list[Tree]) -> None:
    """Give each agency its commitments; those of an agency that did not come make it known."""
    known = {agency.get("id"): agency for agency in agencies}
    for one in commitments:
        id_ = one.get("$item", {}).get("agency")
        if id_ not in known:
            known[id_] = {"id": id_}
            agencies.append(known[id_])
        known[id_].setdefault("commitments", []).append(_bare(one))


def _bare(item: Any) -> Any:
    return {k: v for k, v in item.items() if k != "$item"} if isinstance(item, dict) else item


def _told_apart(items: list[Any]) -> list[Any]:
    """Items whose made ids are equal, numbered: the same service twice is two services."""
    made = [item["id"] for item in items if isinstance(item, dict) and item.get("#")]
    twice = {id_ for id_, count in Counter(made).items() if count > 1}
    seen: Counter[str] = Counter()
    for item in items:
        if isinstance(item, dict) and item.pop("#", None) and item["id"] in twice:
            seen[item["id"]] += 1
            item["id"] += f" #{seen[item['id']]}"
    return items


def _code(item: Tree) -> str:
    return str(item.get("code", {}).get("code", "service"))


def _named(word: str) -> Callable[[Tree], Tree]:
    """Give an item without an id one made of what it says first."""

    def named(item: Tree) -> Tree:
        said = item.get("statement") or item.get("text") or word
        return item if "id" in item else {**item, "id": f"{word}: {said}"[:100], "#": True}

    return named


def _service(item: Tree) -> Tree:
    if "id" in item:
        return item
    day = item.get("$item", {}).get("day")
    return {**item, "id": f"{_code(item)}/{day}" if day else _code(item), "#": True}


def _accommodation(item: Tree) -> Tree:
    if "id" in item:
        return item
    said = item.get("description") or _code(item)
    return {"description": said, **item, "id": str(said)[:100], "#": True}


def _delivery(item: Tree) -> Tree:
    about = item.get("$item", {})
    if "service" not in about:
        return item
    code = str(about["service"]).rpartition("#")[2]
    return {**item, "service": f"{code}/{about.get('service_day')}"}


_MAKERS = {
    "services": _service,
    "accommodations": _accommodation,
    "deliveries": _delivery,
    "progress_reports": _named("report"),
    "annual_goals": _named("goal"),
    "postsecondary_goals": _named("goal"),
}
