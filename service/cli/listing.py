"""The help of a group of commands: headings, and sentences that are not cut off."""

from __future__ import annotations

from typing import Any, ClassVar

from typer.core import TyperGroup


class Listing(TyperGroup):
    """A group whose help lists commands under headings, each with its whole first sentence."""

    headings: ClassVar[tuple[str, ...]] = ()
    """In their order; a command's own heading is one of these, or it stands under `Commands`."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands."""
        rows: dict[str, list[tuple[str, str]]] = {
            heading: [] for heading in (*self.headings, "Commands")
        }
        for name, command in self.commands.items():
            heading = getattr(command, "rich_help_panel", None)
            listed = rows[heading if heading in self.headings else "Commands"]
            listed.append((name, command.get_short_help_str(1000)))
        for heading, under in rows.items():
            if under:
                with formatter.section(heading):
                    formatter.write_dl(under)
