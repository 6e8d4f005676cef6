"""The commands of ``warmup``, one file each; :data:`warmup_lib.cli.COMMANDS` lists them."""
