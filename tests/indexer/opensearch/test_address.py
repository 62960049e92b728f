from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.errors import UsageError
from indexer.opensearch.address import PORT, Address, parse_address

LABELS = st.from_regex("[a-z0-9_]([a-z0-9_-]{0,20}[a-z0-9_])?", fullmatch=True)
HOSTS = st.one_of(
    st.lists(LABELS, min_size=1, max_size=4).map(".".join),
    st.ip_addresses().map(str),
)
ADDRESSES = st.builds(
    Address,
    hosts=st.lists(st.tuples(HOSTS, st.integers(1, 65535)), min_size=1, max_size=4).map(tuple),
    name=st.from_regex("[a-z0-9][a-z0-9_-]{0,99}", fullmatch=True),
    tls=st.just(True),
    ca=st.none()
    | st.text(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=99
    ).map(Path),
    shards=st.none() | st.integers(1, 1024),
    replicas=st.none() | st.integers(0, 100),
    engine=st.sampled_from([None, "lucene", "faiss"]),
)
ALMOST = st.lists(
    st.one_of(
        st.sampled_from(["opensearch", "+http", "://", ":", "/", ",", "[", "]", "::1", "?", "&"]),
        st.sampled_from(["ca=", "shards=", "replicas=", "engine=", "faiss", "9200", "%00", "name"]),
        st.text(max_size=5),
    ),
    max_size=14,
).map("".join)


def refusal(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        parse_address(text)
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_address_in_full() -> None:
    text = (
        "opensearch://One.example,two.example:9201,10.0.0.3,[2001:DB8:0::1],[::1]:443/papers_2-b"
        "?engine=faiss&shards=6&replicas=0&ca=/etc/a%20b/%40ca.pem"
    )
    assert parse_address(text) == Address(
        hosts=(
            ("one.example", PORT),
            ("two.example", 9201),
            ("10.0.0.3", PORT),
            ("2001:db8::1", PORT),
            ("::1", 443),
        ),
        name="papers_2-b",
        tls=True,
        ca=Path("/etc/a b/@ca.pem"),
        shards=6,
        replicas=0,
        engine="faiss",
    )


def test_the_shortest_address_says_nothing_more() -> None:
    assert parse_address("opensearch://search/papers") == Address(
        hosts=(("search", PORT),), name="papers"
    )
    assert str(parse_address("opensearch://search:9200/papers")) == "opensearch://search/papers"


@given(ADDRESSES)
def test_what_an_address_is_called_is_that_address(address: Address) -> None:
    assert parse_address(str(address)) == address


@given(st.text() | ALMOST | ALMOST.map(lambda rest: f"opensearch://{rest}"))
@example("opensearch://" + "h," * 5000 + "/name")
@example("opensearch://host/name?shards=\u0663")
@example("opensearch://\u212a/name")
@example("opensearch://host/name?ca=\udcff")
def test_any_text_is_an_address_or_a_usage_error(text: str) -> None:
    try:
        address = parse_address(text)
    except UsageError:
        refusal(text)
    else:
        assert parse_address(str(address)) == address


@given(st.text(), st.text())
@example("opensearch://elastic:hunter2", "host/papers")
@example("opensearch+http://elastic:hunter/2?", "host:port/papers")
@example("\0opensearch://elastic:hunter2", "\n[")
def test_nothing_of_an_address_with_credentials_is_quoted(before: str, after: str) -> None:
    assert refusal(f"{before}@{after}") == refusal("opensearch://u:p@h/n")


@pytest.mark.parametrize(
    "text",
    [
        "opensearch://elastic:hunter2/papers",
        "opensearch://elastic:hunter2,host/papers",
        "opensearch://elastic%3Ahunter2%40host/papers",
        "opensearch://[hunter2]/papers",
        "opensearch://host/hunter2/papers",
        "opensearch://host/papers?hunter2",
        "opensearch://host/papers?hunter2=1",
        "opensearch://host/papers?password=hunter2",
        "opensearch://host/papers?shards=hunter2",
        "opensearch://host/papers?engine=hunter2",
        "hunter2",
    ],
)
def test_a_password_in_a_wrong_place_is_not_quoted(text: str) -> None:
    assert "hunter2" not in refusal(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("opensearch:///papers", "no valid host in place 1"),
        ("opensearch://one,,two/papers", "no valid host in place 2"),
        ("opensearch://one,-two/papers", "no valid host in place 2"),
        ("opensearch://one two/papers", "no valid host in place 1"),
        ("opensearch://::1/papers", "IPv6 addresses in brackets"),
        ("opensearch://[::1/papers", "no valid host in place 1"),
        ("opensearch://[::1]9200/papers", "no valid host in place 1"),
        ("opensearch://[fe80::1%25eth0]/papers", "no valid host in place 1"),
        ("opensearch://bücher/papers", "no valid host in place 1"),
        ("opensearch://host:/papers", "no valid port at host 1"),
        ("opensearch://one,two:0/papers", "no valid port at host 2"),
        ("opensearch://host:65536/papers", "no valid port"),
        ("opensearch://host:٩٢٠٠/papers", "no valid port"),
        ("opensearch://host", "opensearch://HOST/NAME"),
        ("opensearch://host/", "opensearch://HOST/NAME"),
        ("opensearch://host/Papers", "opensearch://HOST/NAME"),
        ("opensearch://host/_all", "opensearch://HOST/NAME"),
        ("opensearch://host/papers*", "opensearch://HOST/NAME"),
        ("opensearch://host/a/b", "opensearch://HOST/NAME"),
        ("opensearch+http://host/" + "a" * 101, "opensearch+http://HOST/NAME"),
        ("opensearch://host/papers?", "unknown or empty parameter"),
        ("opensearch://host/papers?shard=2", "unknown or empty parameter"),
        ("opensearch://host/papers?ca=", "unknown or empty parameter"),
        ("opensearch://host/papers?ca=%00", "no valid ca="),
        ("opensearch+http://host/papers?ca=/ca.pem", "checks no certificate"),
        ("opensearch://host/papers?shards=2&shards=2", "shards= twice"),
        ("opensearch://host/papers?shards=0", "no valid shards="),
        ("opensearch://host/papers?replicas=101", "no valid replicas="),
        ("opensearch://host/papers?engine=nmslib", "no valid engine="),
        ("https://host/papers", "must begin with opensearch://"),
        ("opensearch://host/papers\n", "visible"),
    ],
)
def test_a_wrong_address_says_what_is_wrong(text: str, says: str) -> None:
    assert says in refusal(text)


@pytest.mark.parametrize(
    ("text", "away"),
    [
        ("opensearch+http://localhost/papers", False),
        ("opensearch+http://127.0.0.1,127.1.2.3:9201,[::1]/papers", False),
        ("opensearch+http://localhost,10.0.0.1/papers", True),
        ("opensearch+http://localhost.example/papers", True),
        ("opensearch+http://loopback/papers", True),
        ("opensearch://search.example/papers", False),
    ],
)
def test_plain_connections_are_told_of_unless_they_stay_here(text: str, away: bool) -> None:
    assert parse_address(text).is_plain_away_from_loopback is away
