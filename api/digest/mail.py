"""Mails, sent over SMTP; the same news has the same Message-ID, so that it is shown once."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import blake2b
from ipaddress import ip_address

from api.digest.letter import Letter
from api.digest.saved_searches import MailSettings
from indexer.errors import MailError, UsageError
from indexer.version import version

PASSWORD = "NEARPAPER_SMTP_PASSWORD"  # noqa: S105 - the name of the variable
SECONDS = 30.0
"""How long a server may take for one answer."""
_LATER = "nothing is lost; the next digest sends it"


def make_mail(letter: Letter, reader: str, sender: str, about: str) -> EmailMessage:
    """A mail of text and HTML.

    Args:
        letter: What it says.
        reader: Address that it goes to.
        sender: Address that it comes from.
        about: What it is about; of the same the Message-ID is the same.
    """
    digest = blake2b(f"{reader} {about}".encode(), digest_size=16).hexdigest()
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name="nearpaper", addr_spec=sender)
    message["To"] = Address(addr_spec=reader)
    message["Subject"] = letter.subject
    message["Date"] = datetime.now(UTC)
    message["Message-ID"] = f"<nearpaper.{digest}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["User-Agent"] = f"nearpaper/{version()}"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


class Postbox:
    """An open connection to a mail server; raises ``MailError`` where there can be none."""

    def __init__(self, settings: MailSettings, password: str) -> None:
        self._settings, self._password = settings, password
        self._name = f"{settings.host} port {settings.port}"
        self._server = self._signed_in()

    def send(self, message: EmailMessage) -> None:
        """On return the server has taken the mail; raises ``MailError``."""
        if self._server.sock is None:  # it hung up on the mail before this one
            self._server = self._signed_in()
        with _told(self._name):
            self._server.send_message(message)

    def close(self) -> None:
        """Take leave of the server."""
        _leave(self._server)

    def _signed_in(self) -> smtplib.SMTP:
        with _told(self._name):
            server = _connected(self._settings)
            try:
                if self._settings.user:
                    server.login(self._settings.user, self._password)
            except BaseException:
                _leave(server)
                raise
        return server


def _leave(server: smtplib.SMTP) -> None:
    with suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()


def _connected(settings: MailSettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=SECONDS, context=context)
    server = smtplib.SMTP(settings.host, settings.port, timeout=SECONDS)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def password_for(settings: MailSettings) -> str:
    """From the environment alone: files and arguments are seen by others; empty for no user."""
    if not settings.user:
        return ""
    password = os.environ.get(PASSWORD, "")
    if not password:
        raise UsageError(f"mail: user {settings.user} has no password; set {PASSWORD}")
    if not password.isascii():
        raise UsageError(f"{PASSWORD}: SMTP takes ASCII characters only; change the password")
    if settings.security == "none" and not _is_here(settings.host):
        raise UsageError(
            "mail: security 'none' would send the password unencrypted; set it to 'starttls' or "
            "'tls'"
        )
    return password


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Whatever goes wrong between us and the server as one line."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        refused = "; ".join(
            f"{reader} was refused ({_said(code, text)})"
            for reader, (code, text) in error.recipients.items()
        )
        raise MailError(f"{name}: {refused}; {_LATER}") from error
    except smtplib.SMTPResponseException as error:
        said = _said(error.smtp_code, error.smtp_error)
        raise MailError(f"{name}: the server answered {said}; {_LATER}") from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailError(f"{name}: {error} change mail.security or mail.user") from error
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or str(error)
        raise MailError(f"{name}: no secure connection ({reason}); {_LATER}") from error
    except TimeoutError as error:
        raise MailError(f"{name}: no answer within {SECONDS:g} seconds; {_LATER}") from error
    except (smtplib.SMTPException, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MailError(f"{name}: {reason}; {_LATER}") from error


def _said(code: int, text: bytes | str) -> str:
    """What a server says, which others wrote, in short."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())[:200]}".strip()
