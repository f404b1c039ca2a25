"""The tutorial as a reader follows it: what is typed, and the exit status that it names."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from support.cli import Home

TUTORIAL = Path(__file__).parents[2] / "docs/tutorial/first-district.md"


def surprises(home: Home, part: str) -> list[tuple[str, int, str]]:
    """Lines of a part that ended otherwise than the page says, with what was said on the way."""
    found = []
    for line in _typed(part):
        command, _, comment = line.partition(" #")
        named = re.search(r"exit status (\d)", comment)
        if command.startswith("cd "):
            home = replace(home, folder=home.folder / command[3:].strip())
            continue
        status, said = _run(home, command)
        if status != (int(named[1]) if named else 0):
            found.append((line, status, said))
    return found


def _typed(part: str) -> Iterator[str]:
    """The lines of the shell blocks under a heading of the second level."""
    text = TUTORIAL.read_text(encoding="utf-8").partition(f"\n## {part}")[2].partition("\n## ")[0]
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        yield from filter(None, block.splitlines())


def _run(home: Home, command: str) -> tuple[int, str]:
    words = shlex.split(command)
    variables = {}
    while match := re.fullmatch(r"PLANBRIDGE_(\w+)=(.*)", words[0]):
        variables[match[1]] = match[2]
        words.pop(0)
    if words[0] != "planbridge":
        shell = ["sh", "-c", command]
        done = subprocess.run(shell, check=False, cwd=home.folder, capture_output=True, text=True)
        return done.returncode, done.stderr
    answer = home(*words[1:], **variables)
    return answer.status, answer.err
