"""Pages for people: every package keeps its templates and style sheets in its own `templates/`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup


def templates_of(package: str, compiled: BytecodeCache | None = None) -> Environment:
    """A package's templates: all but `.txt` are escaped, and an absent word is an error.

    `compiled` keeps templates that Python has compiled, for programs that start often.
    """
    return Environment(
        loader=PackageLoader(package),
        bytecode_cache=compiled,
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def style_of(package: str, name: str) -> Markup:
    """A style sheet of a package, to stand in its page: ours, so nothing in it needs escaping."""
    return Markup(files(package).joinpath("templates", name).read_text(encoding="utf-8"))  # noqa: S704
