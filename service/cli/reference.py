"""Writes the list of commands: what each does, and on which pages it is used.

`python -m service.cli.reference` writes it into this checkout; `--check` only tells, with exit
status 1, whether a command or its sentence is missing. Which pages use it may lag behind.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import typer

from service.cli.main import app

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
PAGE: Final = DOCS / "reference" / "commands.md"

_HEAD: Final = """\
# Commands

Generated from the program by `python -m service.cli.reference`; do not edit. Arguments and options
are told by `planbridge COMMAND --help`.

Every command that a script would read has `--json`: one document on standard output, errors
included. Other errors, and progress, go to standard error. `-o`, `--out` names what is written,
`--reason` why something was done, `--purpose` what for, `--to` for whom; `--school` stands in a
student's place.

| exit status | means |
|---|---|
| 0 | done, or nothing to do |
| 1 | failed, refused, or not as it should be; the message names what to mend |
| 2 | the command or a setting was not understood; of `sync plan` also: changes wait |
| 3 | held: a person should look; of `convert --strict`: something would be lost |
"""


def leaves(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command with its name, in the order of the help."""
    for name, one in getattr(command, "commands", {}).items():
        yield from leaves(one, (*words, name))
    if not hasattr(command, "commands"):
        yield " ".join(words), command


def uses(names: list[str]) -> dict[str, list[Path]]:
    """The guides in which each command is typed: in a block, or within a line."""
    longest_first = sorted(names, key=len, reverse=True)
    typed = re.compile(rf"planbridge ({'|'.join(map(re.escape, longest_first))})(?![\w-])")
    found: dict[str, list[Path]] = {name: [] for name in names}
    for page in sorted(DOCS.rglob("*.md")):
        if page != PAGE:
            for name in sorted(set(typed.findall(page.read_text(encoding="utf-8")))):
                found[name].append(page)
    return found


def page() -> str:
    """The whole page."""
    top: Any = typer.main.get_command(app)
    commands = list(leaves(top))
    used = uses([name for name, _ in commands])
    lines = [_HEAD]
    for heading in top.headings:
        lines.append(f"## {heading}\n\n| command | what it does | used in |\n|---|---|---|")
        under = {name for name, one in top.commands.items() if one.rich_help_panel == heading}
        shown = [(name, one) for name, one in commands if name.split()[0] in under]
        lines += [*(_row(name, one, used[name]) for name, one in shown), ""]
    return "\n".join(lines)


def _row(name: str, command: Any, pages: list[Path]) -> str:
    does = command.get_short_help_str(1000)
    return f"| `{name}` | {does} | {', '.join(map(_link, _best(pages)))} |"


def _best(pages: list[Path]) -> list[Path]:
    """Guides before reference pages, and two at most."""
    order = {"how-to": 0, "tutorial": 1, "reference": 2, "explanation": 3}
    return sorted(pages, key=lambda one: order.get(one.parent.name, 4))[:2]


def _link(to: Path) -> str:
    title = to.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    return f"[{title}](../{to.relative_to(DOCS).as_posix()})"


def is_complete() -> bool:
    """Whether the page has exactly the present commands, each with its present sentence."""
    held = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    return _told(held) == _told(page())


def _told(text: str) -> list[str]:
    return [line.rpartition(" | ")[0] for line in text.splitlines() if line.startswith("| `")]


def main(arguments: list[str]) -> int:
    """Write the page, or compare."""
    if "--check" not in arguments:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if is_complete():
        return 0
    sys.stderr.write(f"{PAGE} is out of date: python -m service.cli.reference\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
