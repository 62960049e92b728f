"""Where an index is, however somebody says it."""

from __future__ import annotations

from pathlib import Path

import pytest
from platformdirs import user_data_path

from indexer.errors import UsageError
from indexer.local.store import LocalStore
from indexer.location import default_location, folder_of, open_store, parse_location, using_store
from indexer.maintenance.backup import backup, restore
from indexer.maintenance.upkeep import info
from indexer.memory.store import MemoryStore
from indexer.opensearch.address import Address
from indexer.pipeline import add

CLUSTER = Address(hosts=(("search", 9200),), name="papers")


@pytest.mark.parametrize(
    "text", ["data/index", "", "a:b", "c:/x", "host:9200/papers", "x@y/z", "opensearch", "~/é"]
)
def test_what_is_no_address_is_a_folder(text: str) -> None:
    assert parse_location(text) == parse_location(Path(text)) == Path(text)


def test_an_address_is_one_as_text_alone() -> None:
    assert parse_location("opensearch://search/papers") == CLUSTER
    assert parse_location("opensearch+http://search/papers") == Address(
        hosts=CLUSTER.hosts, name="papers", tls=False
    )
    with pytest.raises(UsageError, match="a path loses a slash"):
        parse_location(Path("opensearch://search/papers"))
    with pytest.raises(UsageError, match="a path loses a slash"):
        open_store(Path("opensearch+http://search/papers"))


@pytest.mark.parametrize(
    "text",
    [
        "opensearch:/hunter2@search/papers",
        "opensearch:hunter2",
        "OpenSearch://elastic:hunter2@search/papers",
        " opensearch://elastic:hunter2@search/papers",
        "opensearch+https://elastic:hunter2@search/papers",
        "https://elastic:hunter2@search/papers",
        "file:///hunter2",
        "s3://hunter2/papers",
    ],
)
def test_what_looks_like_an_address_never_becomes_a_folder(text: str) -> None:
    with pytest.raises(UsageError, match=r"opensearch\+http://") as caught:
        open_store(text)
    assert "hunter2" not in str(caught.value)


def test_the_environment_names_a_folder_or_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEARPAPER_INDEX", "")
    assert default_location() == user_data_path("nearpaper") / "index"
    (tmp_path / "data" / "index").mkdir(parents=True)
    assert default_location() == Path("data/index")
    monkeypatch.setenv("NEARPAPER_INDEX", "elsewhere")
    assert default_location() == Path("elsewhere")
    monkeypatch.setenv("NEARPAPER_INDEX", "opensearch://search/papers")
    assert default_location() == CLUSTER
    monkeypatch.setenv("NEARPAPER_INDEX", "opensearch://search/Papers")
    with pytest.raises(UsageError, match="a-z"):
        open_store()


def test_a_folder_is_opened_however_it_is_named_and_a_store_is_left_open(tmp_path: Path) -> None:
    for location in (str(tmp_path), tmp_path):
        store = open_store(location)
        assert isinstance(store, LocalStore)
        assert store.folder == tmp_path
    given = MemoryStore()
    with using_store(given) as store:
        assert store is given


def test_a_location_has_a_folder_or_says_what_to_do_instead(tmp_path: Path) -> None:
    for location in (str(tmp_path), tmp_path, LocalStore(tmp_path)):
        assert folder_of(location, "") == tmp_path
    with pytest.raises(UsageError, match=r"^opensearch://search/papers: do that$"):
        folder_of(CLUSTER, "do that")
    with pytest.raises(UsageError, match=r"^memory: do that$"):
        folder_of(MemoryStore(), "do that")


@pytest.mark.parametrize("location", ["opensearch://search/papers", CLUSTER])
def test_what_is_about_files_names_what_clusters_have(
    location: str | Address, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="snapshot repository"):
        backup(location, tmp_path / "copy")
    with pytest.raises(UsageError, match="snapshot repository"):
        backup(tmp_path, location)
    with pytest.raises(UsageError, match="snapshot repository"):
        restore(tmp_path / "copy", location)
    assert not list(tmp_path.iterdir())


def test_an_index_without_a_folder_has_no_size_and_counts_rejects(tmp_path: Path) -> None:
    source, store = tmp_path / "a.jsonl", MemoryStore()
    source.write_text('{"id": "1", "title": "Graph kernels"}\n{broken\n')
    tally = add(store, [str(source)], model="hashing")
    assert (tally.rejected, tally.rejects_file) == (1, None)
    facts = info(store)
    assert (facts["index"], facts["papers"], facts["sources"]) == ("memory", 1, {"a": 1})
    assert facts["model"]["name"] == "hashing"
    assert not {"disk_bytes", "format", "probing"} & facts.keys()
