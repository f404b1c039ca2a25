"""The documents name commands, options and settings that exist, all of them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import BaseModel

from service.cli import reference
from service.cli.main import app
from service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SETTINGS = ROOT / "docs/reference/settings.md"


def commands(text: str) -> Iterator[str]:
    """Whatever is typed at a prompt: lines of shell blocks, and words in backquotes."""
    text = text.replace("\\\n", " ")
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        yield from re.findall(r"(?:^|&& |/|=\S+ )(planbridge [^&|>#\n]+)", block, re.MULTILINE)
    yield from re.findall(r"(?<!`)`(planbridge [^`\n]+)`", text)


def misnamed(line: str) -> list[str]:
    """The words of a command line that are no command and no option."""
    command: Any = typer.main.get_command(app)
    words = shlex.split(line)[1:]
    while words and hasattr(command, "commands") and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return [] if words[0].isupper() else words[:1]
        command = command.commands[words.pop(0)]
    known = {name for param in command.params for name in param.opts} | {"--help"}
    return [word for word in words if word.startswith("-") and word not in known]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_in_a_document_exist(document: Path) -> None:
    lines = list(commands(document.read_text(encoding="utf-8")))
    assert not [(line, misnamed(line)) for line in lines if misnamed(line)]


def test_commands_that_messages_name_exist() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "service").rglob("*.py")]
    lines = {line for text in sources for line in re.findall(r"`(planbridge [^`{|\n]+)`", text)}
    assert {line: misnamed(line) for line in lines if misnamed(line)} == {}


def test_every_command_is_used_on_a_page() -> None:
    names = [name for name, _ in reference.leaves(typer.main.get_command(app))]
    assert [name for name, pages in reference.uses(names).items() if not pages] == []


def test_the_list_of_commands_is_complete() -> None:
    assert reference.is_complete(), "python -m service.cli.reference"


def test_everything_that_is_typed_is_explained() -> None:
    told = [
        (name, param.name)
        for name, command in reference.leaves(typer.main.get_command(app))
        for param in command.params
        if not getattr(param, "help", None)
    ]
    assert told == []


def linked(document: Path) -> Iterator[Path]:
    """The files that a document links to."""
    for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            yield (document.parent / target).resolve()


def test_the_index_leads_to_every_page() -> None:
    index = ROOT / "docs/index.md"
    pages = {path for path in DOCUMENTS if "decisions" not in path.parts}
    assert pages - {ROOT / "README.md", index} - set(linked(index)) == set()


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting with its default."""
    for name, info in model.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from leaves(info.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, info.default


def documented() -> dict[str, str]:
    """The rows of the table of all settings."""
    table = SETTINGS.read_text(encoding="utf-8").partition("## Calendar")[0]
    return dict(re.findall(r"^\| `([\w.]+)` \| (.*?)\|", table, re.MULTILINE))


def test_every_setting_is_documented() -> None:
    assert documented().keys() == dict(leaves(Settings)).keys()


def test_documented_defaults_are_the_defaults() -> None:
    shown = {name: text.strip(" `") for name, text in documented().items() if text.strip()}
    defaults = {name: default for name, default in leaves(Settings) if name in shown}
    assert {name: _as(default, shown[name]) for name, default in defaults.items()} == defaults


def _as(default: Any, text: str) -> Any:
    """What the document says, read as the setting's own type."""
    return type(default)(text)
