"""A question as commands ask for it: by name, and with a student's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from warmup_lib.asked import Asked

variant_option = click.option(
    "--variant", metavar="SEED", help="The notebook's VARIANT, where it has one."
)


def asked_for(question: str, variant: str | None) -> Asked:
    """The question, or the reason why there is none as a command's error."""
    from warmup_lib.asked import CannotAskError, asked

    try:
        return asked(question, variant)
    except CannotAskError as error:
        raise click.ClickException(str(error)) from None


def command_for(what: str, question: str, variant: str | None) -> str:
    """The command line that gives a hint on a question with these numbers, or its solution."""
    return f"warmup {what} {question}" + (f" --variant {variant}" if variant else "")
