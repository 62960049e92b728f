"""A digest by e-mail arrives once, whatever the mail server does."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.api.digest.conftest import (
    PASSWORD,
    SEARCHES,
    USER,
    Call,
    Mailbox,
    Place,
    hanging_up,
    paper,
    running,
    silent,
)

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def sending(place: Place, mailbox: Mailbox) -> Mailbox:
    """A paper has come, and mail goes to the server."""
    place.put(paper(1))
    place.write(mailbox.options() + SEARCHES)
    return mailbox


def bodies(message: EmailMessage) -> tuple[str, str]:
    """Text and HTML."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    return plain.get_content(), html.get_content()


def test_a_mail_holds_text_and_html_and_comes_once(sending: Mailbox, digest: Call) -> None:
    assert digest("--mail")[:2] == (0, "")
    (message,) = sending.got
    assert message["To"] == "a@example.org"
    assert message["From"].addresses[0].addr_spec == "np@example.org"
    assert message["Subject"].startswith("nearpaper, ")
    assert message["Subject"].endswith(": 1 new paper")
    assert message["Message-ID"].endswith("@example.org>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.utcoffset() is not None
    assert message.get_content_type() == "multipart/alternative"
    assert message.defects == []
    for body in bodies(message):
        assert "How proteins fold, part 1" in body
    assert digest("--mail", "--exit-code") == (4, "", "nearpaper: nothing new\n")
    assert len(sending.got) == 1


def test_the_next_mail_holds_only_what_came_since(
    place: Place, sending: Mailbox, digest: Call
) -> None:
    digest("--mail")
    place.put(paper(2), paper(1, upvotes=9))
    digest("--mail")
    text = bodies(sending.got[1])[0]
    assert "part 2" in text
    assert "part 1" not in text
    assert sending.got[0]["Message-ID"] != sending.got[1]["Message-ID"]


def test_what_was_mailed_and_what_was_written_are_counted_apart(
    sending: Mailbox, digest: Call
) -> None:
    assert "part 1" in digest()[1]
    digest("--mail")
    assert len(sending.got) == 1


@pytest.mark.parametrize("answer", ["451 try again later", "552 mailbox full", "554 never\x1b[31m"])
def test_a_mail_that_is_refused_is_sent_next_time(
    place: Place, sending: Mailbox, digest: Call, answer: str
) -> None:
    sending.answers.append(answer)
    code, _, err = digest("--mail")
    assert code == 1
    assert answer[:9] in err.splitlines()[-1]
    assert "the next digest sends it" in err
    assert "\x1b" not in err
    place.put(paper(2))
    assert digest("--mail")[0] == 0
    assert ["part 1" in bodies(one)[0] for one in sending.got] == [True, False]
    assert ["part 2" in bodies(one)[0] for one in sending.got] == [False, True]
    assert digest("--mail", "--exit-code")[0] == 4


@pytest.mark.parametrize("answer", ["550 no such reader", "421 come back later"])
def test_one_reader_who_is_refused_gets_it_later_and_nobody_twice(
    place: Place, mailbox: Mailbox, digest: Call, answer: str
) -> None:
    """Also where the server ends the connection with its refusal, as it does with 421."""
    place.put(paper(1))
    readers = '["a@example.org", "b@example.org", "c@example.org"]'
    place.write(mailbox.options(to=readers) + SEARCHES)
    mailbox.refuses["b@example.org"] = answer
    code, _, err = digest("--mail")
    assert code == 1
    assert f"b@example.org was refused ({answer})" in err
    assert mailbox.to == ["a@example.org", "c@example.org"]
    place.put(paper(2))
    mailbox.refuses.clear()
    assert digest("--mail")[0] == 0
    assert mailbox.to[2:] == ["a@example.org", "b@example.org", "b@example.org", "c@example.org"]
    assert ["part 1" in bodies(one)[0] for one in mailbox.got[2:]] == [False, True, False, False]


def test_no_server_a_silent_one_and_one_that_hangs_up(
    place: Place, sending: Mailbox, digest: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.digest.mail.SECONDS", 0.3)
    for broken, says in ((silent, "timed out"), (hanging_up, "closed")):
        with broken() as port:
            place.write(sending.options(port=port) + SEARCHES)
            code, _, err = digest("--mail")
            assert code == 1
            assert says in err.splitlines()[-1]
            assert f"127.0.0.1 port {port}" in err
    place.write(sending.options(port=port) + SEARCHES)
    code, _, err = digest("--mail")
    assert code == 1
    assert "refused" in err
    place.write(sending.options() + SEARCHES)
    assert digest("--mail")[0] == 0
    assert len(sending.got) == 1


@pytest.mark.slow
def test_a_mail_of_which_nobody_knows_comes_again_as_the_same(
    place: Place, sending: Mailbox, digest: Call
) -> None:
    command = [sys.executable, "-m", "api.cli", "digest", "--mail"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        sending.taken = process.kill  # after the mail was taken, before anybody is told
        assert process.wait(60) == -9
    sending.taken = lambda: None
    place.put(paper(2))
    assert digest("--mail")[0] == 0
    first, again, then = sending.got
    assert first["Message-ID"] == again["Message-ID"] != then["Message-ID"]
    assert bodies(first) == bodies(again)
    assert "part 2" in bodies(then)[0]
    assert "part 1" not in bodies(then)[0]


def test_a_preview_prints_the_mail_and_sends_none(sending: Mailbox, digest: Call) -> None:
    code, out, _ = digest("--mail", "--preview")
    assert code == 0
    assert "To: a@example.org" in out
    assert sending.got == []
    digest("--mail")
    assert len(sending.got) == 1


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_private_connection_and_signing_in(
    place: Place,
    digest: Call,
    monkeypatch: pytest.MonkeyPatch,
    server_context: ssl.SSLContext,
    security: str,
) -> None:
    place.put(paper(1))
    box = Mailbox()
    private = (
        {"ssl_context": server_context, "auth_require_tls": False}  # aiosmtpd doesn't see it
        if security == "tls"
        else {"tls_context": server_context, "require_starttls": True, "auth_required": True}
    )
    with running(box, authenticator=box.sign_in, **private):
        place.write(box.options(security=security, user=USER) + SEARCHES)
        code, _, err = digest("--mail")
        assert code == 2
        assert "set NEARPAPER_SMTP_PASSWORD" in err
        monkeypatch.setenv("NEARPAPER_SMTP_PASSWORD", "guessed")
        code, _, err = digest("--mail")
        assert code == 1
        assert "535" in err
        assert "guessed" not in err
        monkeypatch.setenv("NEARPAPER_SMTP_PASSWORD", PASSWORD)
        assert digest("--mail")[0] == 0
    assert (len(box.got), box.users) == (1, [USER])


def test_a_certificate_that_nobody_vouches_for_ends_it(
    place: Place, digest: Call, server_context: ssl.SSLContext
) -> None:
    place.put(paper(1))
    with running(Mailbox(), tls_context=server_context, require_starttls=True) as box:
        place.write(box.options(security="starttls") + SEARCHES)
        code, _, err = digest("--mail")
    assert code == 1
    assert "no secure connection" in err
    assert box.got == []


def test_a_server_without_starttls_gets_nothing(
    place: Place, sending: Mailbox, digest: Call
) -> None:
    place.write(sending.options(security="starttls") + SEARCHES)
    code, _, err = digest("--mail")
    assert code == 1
    assert "STARTTLS" in err
    assert sending.got == []


def test_a_password_never_goes_out_readable(
    place: Place, digest: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEARPAPER_SMTP_PASSWORD", PASSWORD)
    place.write(Mailbox(port=25).options(host="mail.example.org", user=USER) + SEARCHES)
    code, _, err = digest("--mail")
    assert code == 2
    assert "'none' would send the password unencrypted" in err


def test_names_and_titles_cant_reach_the_headers(
    place: Place, mailbox: Mailbox, digest: Call
) -> None:
    title = "How proteins fold\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script>"
    place.put(paper(1, title=title, url="javascript:alert(1)", authors=["<b>M</b>\nallory"]))
    name = r'"Proteins\r\nBcc: victim@example.org\u202e <img src=x>"'
    place.write(mailbox.options() + SEARCHES.replace('"Proteins"', name).replace("0.98", "0.9"))
    assert digest("--mail")[0] == 0
    (message,) = mailbox.got
    assert message["Bcc"] is None
    assert mailbox.to == ["a@example.org"]
    text, html = bodies(message)
    for evil in ("<script", "<img", "<b>", "javascript:"):
        assert evil not in html
    assert "\u202e" not in text + html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
