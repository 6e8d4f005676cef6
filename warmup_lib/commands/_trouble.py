"""How commands end where files are in the way."""

from __future__ import annotations

import click

from warmup_lib.cli import FILE_TROUBLE


class FileTrouble(click.ClickException):
    """A file does not hold what it should, or cannot be written; so too a gradebook."""

    exit_code = FILE_TROUBLE
