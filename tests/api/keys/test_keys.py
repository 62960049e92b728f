"""Keys as the commands make them, and as the file keeps them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.cli import run
from api.keys.key import PREFIX, hash_of
from api.keys.key_file import KeyRing, add_key, load_keys, remove_key
from api.keys.tokens import SESSION_SECONDS, holder_of, token_for
from indexer.errors import UsageError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_a_new_key_is_printed_alone_and_only_its_hash_is_kept(
    file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys", "add", "ada", "--role", "admin", "--file", str(file)]) == 0
    out, err = capfd.readouterr()
    secret = out.removesuffix("\n")
    assert secret.startswith(PREFIX)
    assert len(secret) > 40
    assert secret not in err
    kept = file.read_text(encoding="utf-8")
    assert secret not in kept
    assert hash_of(secret) in kept
    assert file.stat().st_mode & 0o777 == 0o600
    assert run(["keys", "list", "--file", str(file)]) == 0
    listed, _ = capfd.readouterr()
    assert listed.split("\t")[:2] == ["ada", "admin"]
    assert hash_of(secret) not in listed


def test_a_file_of_the_environment(
    file: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEARPAPER_KEYS", str(file))
    assert run(["keys", "add", "ada"]) == 0
    assert run(["keys", "remove", "ada"]) == 0
    assert run(["keys", "remove", "ada"]) == 3
    assert load_keys(file) == ()
    assert capfd.readouterr().err.endswith("see `nearpaper keys list`\n")


@pytest.mark.parametrize(
    "options",
    [
        ["a b"],
        [""],
        ["x" * 65],
        ["ada\n"],
        ["ada", "--role", "owner"],
        ["ada", "--expires", "soon"],
        ["ada", "--expires", "2020-01-01"],
    ],
)
def test_what_makes_no_key(
    file: Path, options: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys", "add", *options, "--file", str(file)]) == 2
    out, err = capfd.readouterr()
    assert not out
    assert err.count("\n") == 1
    assert not file.exists()


def test_a_folder_is_no_file_of_keys(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"{tmp_path}: no regular file"):
        load_keys(tmp_path)


def test_a_name_has_one_key(file: Path) -> None:
    add_key(file, "ada", "reader", "")
    with pytest.raises(UsageError, match="has a key already"):
        add_key(file, "ada", "admin", "")
    assert [key.role for key in load_keys(file)] == ["reader"]


def test_a_ring_takes_up_what_changes(file: Path) -> None:
    first = add_key(file, "ada", "reader", "")
    ring = KeyRing(file)
    second = add_key(file, "bob", "admin", "")
    holders = [ring.holder(first), ring.holder(second)]
    assert [one and one.name for one in holders] == ["ada", "bob"]
    remove_key(file, "ada")
    assert ring.holder(first) is None
    assert ring.holder(second) is not None
    for wrong in ("", second[:-1], second + "x", "ключ", "\udcff"):
        assert ring.holder(wrong) is None


def test_a_link_to_the_file_stays_one(file: Path, tmp_path: Path) -> None:
    """Services read the file itself, by whatever name."""
    link = tmp_path / "elsewhere" / "link.json"
    link.parent.mkdir()
    first = add_key(file, "ada", "reader", "")
    link.symlink_to(file)
    ring = KeyRing(file)
    second = add_key(link, "bob", "reader", "")
    assert ring.holder(second) is not None
    assert run(["keys", "remove", "ada", "--file", str(link)]) == 0
    assert ring.holder(first) is None
    assert link.is_symlink()
    assert [one.name for one in link.parent.iterdir()] == ["link.json"]


def test_nobody_has_a_key_while_the_file_is_unreadable(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = add_key(file, "ada", "reader", "")
    ring, kept = KeyRing(file), file.read_text(encoding="utf-8")
    file.write_text("{", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(UsageError, match="not a file of"):
            ring.holder(secret)
    assert len(caplog.messages) == 1
    file.write_text(kept, encoding="utf-8")
    assert ring.holder(secret) is not None
    file.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        ring.holder(secret)
    file.chmod(0o600)
    assert ring.holder(secret) is not None
    file.unlink()
    with pytest.raises(UsageError, match="not there"):
        ring.holder(secret)


def test_a_key_ends_with_its_last_day(file: Path) -> None:
    today = datetime.now(UTC).date()
    secret = add_key(file, "ada", "reader", today.isoformat())
    assert KeyRing(file).holder(secret) is not None
    kept = json.loads(file.read_text(encoding="utf-8"))
    kept["keys"][0]["expires"] = (today - timedelta(days=1)).isoformat()
    file.write_text(json.dumps(kept), encoding="utf-8")
    assert KeyRing(file).holder(secret) is None


@pytest.mark.parametrize(
    "text", ["", "[]", '{"keys": [{}]}', '{"keys": [{"hash": 1}]}', "[" * 99999]
)
def test_what_is_no_file_of_keys_is_one_line(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(UsageError, match="not a file of `nearpaper keys`"):
        load_keys(file)


def test_a_file_that_others_may_read_is_refused(file: Path) -> None:
    add_key(file, "ada", "reader", "")
    file.chmod(0o640)
    with pytest.raises(UsageError, match="chmod 600"):
        load_keys(file)


def test_a_token_is_for_one_purpose_and_ends_with_its_key(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_key(file, "ada", "reader", "")
    ring = KeyRing(file)
    (ada,) = ring.keys()
    session, feed = token_for(ada, "session"), token_for(ada, "feed")
    assert holder_of(session, "session", ring) == holder_of(feed, "feed", ring) == ada
    assert holder_of(session, "feed", ring) is None
    assert holder_of(feed, "session", ring) is None
    for forged in ("", "ada", "ada.x.y", session[:-1], "bob" + session[3:], "é" * 10, "a" * 1000):
        assert holder_of(forged, "session", ring) is None
    remove_key(file, "ada")
    add_key(file, "ada", "reader", "")
    assert holder_of(session, "session", ring) is None
    (ada,) = ring.keys()
    session = token_for(ada, "session")
    later = datetime.now(UTC).timestamp() + SESSION_SECONDS + 10
    monkeypatch.setattr("time.time", lambda: later)
    assert holder_of(session, "session", ring) is None
    assert holder_of(token_for(ada, "feed"), "feed", ring) == ada
