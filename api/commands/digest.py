"""``nearpaper digest``: what is new to an index, printed or mailed."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands import options
from api.commands.exit_codes import NOTHING_NEW
from api.commands.options import chosen_location
from api.terminal.streams import say, takes_unicode, write_text
from indexer.errors import MailError, UsageError

if TYPE_CHECKING:
    from api.digest.news import NewsDesk
    from api.digest.state import Pending


def digest(
    index: options.IndexLocation = None,
    searches: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Saved searches in TOML. Default: searches.toml beside the index's folder, else "
            "in the user's configuration folder.",
            show_default=False,
        ),
    ] = None,
    mail: Annotated[
        bool, typer.Option("--mail", help="Send e-mail, as [mail] in the file says.")
    ] = False,
    html: Annotated[bool, typer.Option("--html", help="Print HTML instead of text.")] = False,
    preview: Annotated[
        bool,
        typer.Option(
            "--preview",
            help="Print the digest, but mark no paper as sent; with --mail print the mails.",
        ),
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 4 when nothing is new.")
    ] = False,
) -> int:
    """Report new papers that match saved searches.

    New is what came since the last time.
    """
    from api.digest.news import open_desk

    if mail and html:
        raise UsageError("--mail and --html: a mail holds both text and HTML; leave out --html")
    with open_desk(chosen_location(index), searches, preview=preview) as desk:
        papers, failed = _mailed(desk) if mail else (_printed(desk, as_html=html), 0)
    if failed:
        return MailError.exit_code
    if not papers:
        say("nothing new")
    return NOTHING_NEW if exit_code and not papers else 0


def _printed(desk: NewsDesk, *, as_html: bool) -> int:
    """Print what is new; how many papers that is."""
    from api.digest.state import PRINTED

    def write(_: str, pending: Pending) -> None:
        text = pending.letter.html if as_html else pending.letter.text
        if as_html and not takes_unicode():
            text = text.encode("ascii", "xmlcharrefreplace").decode()
        write_text(text)

    return desk.deliver(PRINTED, write)


def _mailed(desk: NewsDesk) -> tuple[int, int]:
    """Send each reader a mail; how many papers were new, and how many readers got none."""
    from api.digest.mail import Postbox, make_mail, password_for

    settings, papers, failed = desk.mail_settings(), 0, 0
    password = password_for(settings)
    with ExitStack() as opened:
        postbox: Postbox | None = None

        def send(reader: str, pending: Pending) -> None:
            nonlocal postbox
            message = make_mail(pending.letter, reader, settings.sender, pending.about)
            if desk.preview:
                write_text(message.as_string())
                return
            postbox = postbox or opened.enter_context(closing(Postbox(settings, password)))
            postbox.send(message)

        for reader in settings.to:
            try:
                papers += desk.deliver(reader, send)
            except MailError as error:
                if postbox is None:  # nobody can reach the server
                    raise
                say(str(error))
                failed += 1
    return papers, failed
