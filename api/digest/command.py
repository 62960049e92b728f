"""The command that tells what is new."""

from __future__ import annotations

import codecs
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands import options
from api.commands.exit_codes import NOTHING_NEW
from api.commands.options import chosen_folder
from api.terminal import output as terminal
from indexer.errors import MailError, UsageError

if TYPE_CHECKING:
    from api.digest.mail import Postbox
    from api.digest.news import Desk
    from api.digest.state import Pending


def digest(
    index: options.IndexFolder = None,
    searches: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Saved searches in TOML; else searches.toml beside the index, else in the user's "
            "configuration folder.",
            show_default=False,
        ),
    ] = None,
    mail: Annotated[
        bool, typer.Option("--mail", help="Send it by e-mail, as the file's [mail] says.")
    ] = False,
    html: Annotated[bool, typer.Option("--html", help="Print HTML instead of text.")] = False,
    preview: Annotated[
        bool,
        typer.Option(
            "--preview",
            help="Print what would come, and leave it for the next time; with --mail the mails.",
        ),
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 4 when nothing was new.")
    ] = False,
) -> int:
    """Tell what is new since the last time, as saved searches see it."""
    from api.digest.news import open_desk

    if mail and html:
        raise UsageError("--mail and --html: a mail holds both text and HTML")
    with open_desk(chosen_folder(index), searches, preview=preview) as desk:
        papers, failed = _mailed(desk) if mail else (_written(desk, as_html=html), 0)
    if failed:
        return MailError.exit_code
    if not papers:
        terminal.say("nothing new")
    return NOTHING_NEW if exit_code and not papers else 0


def _written(desk: Desk, *, as_html: bool) -> int:
    """Print what is new; how many papers that is."""
    from api.digest.state import WRITTEN

    def write(_: str, pending: Pending) -> None:
        _print(pending.letter.html if as_html else pending.letter.text, as_html=as_html)

    return desk.deliver(WRITTEN, write)


def _mailed(desk: Desk) -> tuple[int, int]:
    """Send each reader a mail; how many papers were new, and how many readers got none."""
    from api.digest.mail import mail, password_for, postbox

    options, papers, failed = desk.mail_options(), 0, 0
    password = password_for(options)
    with ExitStack() as opened:
        box: Postbox | None = None

        def send(reader: str, pending: Pending) -> None:
            nonlocal box
            message = mail(pending.letter, reader, options.sender, pending.about)
            if desk.preview:
                _print(message.as_string())
                return
            box = box or opened.enter_context(postbox(options, password))
            box.send(message)

        for reader in options.to:
            try:
                papers += desk.deliver(reader, send)
            except MailError as error:
                if box is None:  # the server can't be reached by anybody
                    raise
                terminal.say(str(error))
                failed += 1
    return papers, failed


def _print(text: str, *, as_html: bool = False) -> None:
    """To standard output, and out of the door."""
    encoding = codecs.lookup(sys.stdout.encoding or "ascii").name
    if as_html and encoding != "utf-8":
        text = text.encode("ascii", "xmlcharrefreplace").decode()
    sys.stdout.write(text)
    sys.stdout.flush()
