"""Prompts and dimensions: the model's own, known ones, and those that are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import ModelError, UsageError
from indexer.location import using_store
from indexer.maintenance.upkeep import info, rebuild
from indexer.models.choice import Choice, known_prompts
from indexer.models.embedder import Model
from indexer.models.load import load_embedder
from indexer.models.settings import search_prompts
from indexer.pipeline import add
from tests.indexer.models.tiny_models import TEXTS, WIDTH, sentence_transformer

PAPERS = [
    {"id": "a", "title": "Knots in proteins", "abstract": "Some proteins are knotted."},
    {"id": "b", "title": "Spin of black holes", "abstract": "We measure it from an iron line."},
]


@pytest.fixture(scope="module")
def folder(make_base: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model without prompts."""
    return sentence_transformer(tmp_path_factory.mktemp("plain") / "tiny", make_base("BERT"))


@pytest.fixture
def source(tmp_path: Path) -> str:
    import json

    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS))
    return str(path)


@pytest.mark.parametrize(
    ("prompts", "expected"),
    [
        ({}, ("", "")),
        (None, ("", "")),
        (["query"], ("", "")),
        ({"query": 7, "document": None}, ("", "")),
        ({"query": "q: ", "passage": "p: "}, ("q: ", "p: ")),
        ({"query": "", "document": "", "passage": "p: "}, ("", "p: ")),
        ({"search_query": "search_query: ", "search_document": "d: "}, ("search_query: ", "d: ")),
        ({"retrieval.query": "q ", "retrieval.passage": "p ", "sts": "s "}, ("q ", "p ")),
        ({"classification": "c: "}, ("", "")),
    ],
    ids=str,
)
def test_the_prompts_for_searching_are_found(prompts: object, expected: tuple[str, str]) -> None:
    assert search_prompts(prompts) == expected


@pytest.mark.parametrize(
    ("name", "query", "document"),
    [
        ("intfloat/e5-small-v2", "query: ", "passage: "),
        ("/models/multilingual-e5-large", "query: ", "passage: "),
        ("BAAI/bge-base-en-v1.5", "Represent this sentence for searching", ""),
        ("nomic-ai/nomic-embed-text-v1.5", "search_query: ", "search_document: "),
        ("all-MiniLM-L6-v2", "", ""),
        ("intfloat/e5-mistral-7b-instruct", "", ""),
        ("BAAI/bge-m3", "", ""),
    ],
)
def test_prompts_that_only_a_models_page_tells(name: str, query: str, document: str) -> None:
    known = known_prompts(name)
    assert known[0].startswith(query)
    assert bool(known[0]) == bool(query)
    assert known[1] == document


def test_given_prompts_are_put_before_the_texts(folder: Path) -> None:
    plain = load_embedder(str(folder))
    chosen = load_embedder(
        Choice(name=str(folder), query_prefix="find: ", document_prefix="text: ")
    )
    questions = plain.encode_queries([f"find: {text}" for text in TEXTS])
    documents = plain.encode_documents([f"text: {text}" for text in TEXTS]).vectors
    np.testing.assert_allclose(chosen.encode_queries(TEXTS), questions, atol=1e-5)
    np.testing.assert_allclose(chosen.encode_documents(TEXTS).vectors, documents, atol=1e-5)


def test_a_known_name_brings_its_prompts_unless_others_are_given(
    make_base: Callable[..., Path], tmp_path: Path
) -> None:
    folder = str(sentence_transformer(tmp_path / "e5-small-v2", make_base("BERT")))
    model = load_embedder(folder).model
    assert (model.query_prefix, model.document_prefix) == ("query: ", "passage: ")
    model = load_embedder(Choice(name=folder, query_prefix="", document_prefix="")).model
    assert (model.query_prefix, model.document_prefix) == ("", "")


@settings(max_examples=10)
@given(dimension=st.integers(1, WIDTH))
def test_fewer_dimensions_are_the_first_ones_made_units_again(dimension: int, folder: Path) -> None:
    whole = load_embedder(str(folder)).encode_documents(TEXTS).vectors[:, :dimension]
    expected = whole / np.linalg.norm(whole, axis=1, keepdims=True)
    embedder = load_embedder(Choice(name=str(folder), dimension=dimension))
    assert embedder.model.dimension == dimension
    np.testing.assert_allclose(embedder.encode_documents(TEXTS).vectors, expected, atol=2e-3)


def test_under_torch_too(folder: Path) -> None:
    from indexer.models.hub import find_model
    from indexer.models.torch_embedder import load_torch

    choice = Choice(name=str(folder), dimension=8, document_prefix="text: ")
    expected = load_embedder(choice).encode_documents(TEXTS).vectors
    given = load_torch(find_model(str(folder)), choice=choice)
    assert given.model == replace(
        load_embedder(choice).model, runtime="torch", precision="f32", converted_sha256=""
    )
    assert (given.encode_documents(TEXTS).vectors * expected).sum(axis=1).min() >= 0.999


@pytest.mark.parametrize("dimension", [33, 100_000])
def test_more_dimensions_than_it_has_are_refused(dimension: int, folder: Path) -> None:
    with pytest.raises(ModelError, match="--dimensions 1 to 32") as raised:
        load_embedder(Choice(name=str(folder), dimension=dimension))
    assert "\n" not in str(raised.value)


def test_hashing_has_none_of_it() -> None:
    assert load_embedder(Choice(name="hashing", dimension=256)).model.dimension == 256
    with pytest.raises(UsageError, match="hashing has no prompts"):
        load_embedder(Choice(name="hashing", dimension=64))


def model_of(index: Path) -> Model:
    with using_store(index) as store, store.writer() as writer:
        return writer.model


def test_an_index_keeps_what_it_was_made_with(folder: Path, source: str, tmp_path: Path) -> None:
    index = tmp_path / "index"
    choice = Choice(name=str(folder), dimension=16, query_prefix="find: ")
    add(index, [source], model=choice)
    model = model_of(index)
    assert (model.dimension, model.query_prefix, model.document_prefix) == (16, "find: ", "")
    assert info(index)["model"]["dimension"] == 16
    # Whether it is named again or not, what was left open is as in the index.
    for named in (None, str(folder), Choice(name=str(folder)), Choice(dimension=16), choice):
        add(index, [source], model=named)
    with using_store(index) as store:
        store.recover()
        snapshot = store.snapshot()
        assert snapshot is not None
        assert store.embedder(snapshot.about.model).model == model
    for other in (Choice(dimension=8), Choice(document_prefix="text: ")):
        with pytest.raises(ModelError, match="rebuild --embed") as raised:
            add(index, [source], model=other)
        assert "\n" not in str(raised.value)


def test_rebuilding_changes_what_is_given_and_keeps_the_rest(
    folder: Path, source: str, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    add(index, [source], model=Choice(name=str(folder), dimension=16, query_prefix="find: "))
    rebuild(index, embed=True, model=Choice(dimension=8))
    assert (model_of(index).dimension, model_of(index).query_prefix) == (8, "find: ")
    rebuild(index, embed=True)
    assert model_of(index).dimension == 8
    rebuild(index, embed=True, model=str(folder))
    assert (model_of(index).dimension, model_of(index).query_prefix) == (WIDTH, "")
    with pytest.raises(UsageError, match="--embed"):
        rebuild(index, model=Choice(dimension=8))
