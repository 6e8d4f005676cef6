"""warmup completion: names of commands and questions with the Tab key."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from warmup_lib.commands import _show

INSTALL = {
    "bash": 'add this line to ~/.bashrc:\n  eval "$(warmup completion bash)"',
    "zsh": 'add this line to ~/.zshrc, below compinit:\n  eval "$(warmup completion zsh)"',
    "fish": "run\n  warmup completion fish > ~/.config/fish/completions/warmup.fish",
}


@click.command
@click.argument("shell", type=click.Choice(list(INSTALL)))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script with which Tab completes names in SHELL.

    On a terminal it also says how to install it.
    """
    script = get_completion_class(shell)
    assert script is not None
    click.echo(script(ctx.find_root().command, {}, "warmup", "_WARMUP_COMPLETE").source())
    if _show.on_terminal():  # Who reads it there has not installed it yet.
        _show.warn(f"\nTo install it, {INSTALL[shell]}\nand open a new terminal.")
