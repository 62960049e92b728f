"""``nearpaper keys``: who may ask a service."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from api.terminal.streams import say

VARIABLE = "NEARPAPER_KEYS"

keys = typer.Typer(
    name="keys",
    help="Manage the keys of a service.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
File = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="File of keys. Default: $NEARPAPER_KEYS, else keys.json in the user's configuration "
        "folder.",
        show_default=False,
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the key's holder.")]


@keys.command("add")
def add(
    name: Name,
    role: Annotated[
        str,
        typer.Option(
            metavar="ROLE", help="reader, who may ask, or admin, who may also change the index."
        ),
    ] = "reader",
    expires: Annotated[
        str,
        typer.Option(
            metavar="DATE",
            help="Last day on which the key is valid, in UTC.",
            show_default="never",
        ),
    ] = "",
    file: File = None,
) -> None:
    """Make a key and print it, this once: only its hash is kept."""
    from api.keys.key_file import add_key

    path = chosen_file(file)
    secret = add_key(path, name, role, expires)
    typer.echo(secret)
    say(f"{name}: {role}, added to {path}")


@keys.command("list")
def list_keys(file: File = None) -> None:
    """Print who has a key, with role and dates."""
    from api.keys.key_file import load_keys

    for key in load_keys(chosen_file(file)):
        until = f"until {key.expires}" if key.expires else "for ever"
        ended = ", has expired" if key.is_expired else ""
        typer.echo(f"{key.name}\t{key.role}\tadded {key.added}\t{until}{ended}")


@keys.command("remove")
def remove(name: Name, file: File = None) -> None:
    """Remove a key; running services refuse it from now on."""
    from api.keys.key_file import remove_key

    remove_key(chosen_file(file), name)


@keys.command("feed")
def feed(name: Name, file: File = None) -> None:
    """Print a token for the addresses of feeds.

    It is added as ?token=TOKEN, and ends with the key.
    """
    from api.keys.key_file import KeyRing
    from api.keys.tokens import token_for
    from indexer.errors import NotFoundError

    path = chosen_file(file)
    if (key := KeyRing(path).named(name)) is None:
        raise NotFoundError(f"{name}: no key of that name in {path}; see `nearpaper keys list`")
    typer.echo(token_for(key, "feed"))


def chosen_file(named: Path | None) -> Path:
    """The file of keys that is named, or the usual one."""
    if named is not None:
        return named
    if told := os.environ.get(VARIABLE):
        return Path(told)
    from platformdirs import user_config_path

    return user_config_path("nearpaper") / "keys.json"
