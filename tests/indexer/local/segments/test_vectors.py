from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.errors import IndexDamagedError
from indexer.local.segments.vector_writer import ASKED, RECALL, VectorWriter
from indexer.local.segments.vectors import Found, Probing, Vectors


def unit(seed: int, n: int, d: int = 16) -> NDArray[np.float16]:
    """Vectors with many exact ties among them."""
    rows = np.random.default_rng(seed).integers(-1, 2, (n, d)).astype(np.float32)
    rows[:, 0] += 2
    return np.asarray(rows / np.linalg.norm(rows, axis=1)[:, None], np.float16)


def written(path: Path, vectors: NDArray[np.float16]) -> Vectors:
    writer = VectorWriter(vectors.shape[1])
    writer.add(vectors)
    writer.write(path)
    return Vectors(path, writer.probing())


def in_cells(path: Path, vectors: NDArray[np.float16], nlist: int) -> tuple[Vectors, Probing]:
    writer = VectorWriter.in_cells(nlist, vectors)
    for first in range(0, len(vectors), 1000):
        writer.add(vectors[first : first + 1000])
    writer.write(path)
    probing = writer.probing()
    return Vectors(path, probing), probing


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


@settings(deadline=None)
@given(seed=st.integers(0, 50), n=st.integers(1, 60), k=st.integers(1, 80), share=st.floats(0, 1))
def test_nearest_equals_a_full_sort(folder: Path, seed: int, n: int, k: int, share: float) -> None:
    stored = unit(seed, n, 4)
    vectors = written(folder / "v.faiss", stored)
    query = unit(seed + 1000, 1, 4)[0].astype(np.float32)
    mask = np.random.default_rng(seed).random(n) < share
    # The same scores as FAISS gives, sorted in full.
    positions, scores = vectors.nearest(query, n)
    by_position = np.empty(n, np.float32)
    by_position[positions] = scores
    expected = [p for p in np.lexsort((np.arange(n), -by_position)) if mask[p]][:k]

    found, cosines = vectors.nearest(query, k, mask)

    assert found.tolist() == expected
    np.testing.assert_allclose(by_position, stored.astype(np.float32) @ query, atol=1e-5, rtol=0)
    assert cosines.tolist() == by_position[found].tolist()


def test_stored_vectors_come_back(tmp_path: Path) -> None:
    stored = unit(1, 20)
    vectors = written(tmp_path / "v.faiss", stored)
    back = vectors.at(np.array([3, 0, 19]))
    np.testing.assert_array_equal(back.astype(np.float16), stored[[3, 0, 19]])


def test_what_is_no_index_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "v.faiss"
    path.write_bytes(b"not vectors")
    with pytest.raises(IndexDamagedError, match="rebuild"):
        Vectors(path)
    with pytest.raises(FileNotFoundError):
        Vectors(tmp_path / "gone.faiss")


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 50), n=st.integers(1, 60), k=st.integers(1, 80), share=st.floats(0, 1))
def test_cells_searched_exactly_give_what_a_flat_file_gives(
    folder: Path, seed: int, n: int, k: int, share: float
) -> None:
    stored = unit(seed, n, 4)
    flat, (cells, _) = written(folder / "v.faiss", stored), in_cells(folder / "c.faiss", stored, 7)
    query = unit(seed + 1000, 1, 4)[0].astype(np.float32)
    mask = np.random.default_rng(seed).random(n) < share
    expected, scores = flat.nearest(query, k, mask)
    found, cosines = cells.nearest(query, k, mask, exact=True)
    assert found.tolist() == expected.tolist()
    np.testing.assert_allclose(cosines, scores, atol=1e-6)


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 50), n=st.integers(1, 60), k=st.integers(1, 80), share=st.floats(0, 1))
def test_as_many_come_back_as_are_allowed(
    folder: Path, seed: int, n: int, k: int, share: float
) -> None:
    cells, _ = in_cells(folder / "c.faiss", unit(seed, n, 4), 9)
    mask = np.random.default_rng(seed).random(n) < share
    found, cosines = cells.nearest(unit(seed + 1, 1, 4)[0].astype(np.float32), k, mask)
    assert len(set(found.tolist())) == min(k, mask.sum())
    assert mask[found].all()
    assert (np.diff(cosines) <= 0).all()


def clustered(n: int, d: int = 32) -> NDArray[np.float16]:
    """Vectors as papers have them: round many topics, some topics near to each other."""
    numbers = np.random.default_rng(7)
    topics = numbers.normal(size=(60, d)) + numbers.normal(size=(6, d)).repeat(10, axis=0)
    rows = topics[numbers.integers(0, 60, n)] + numbers.normal(size=(n, d))
    return np.asarray(rows / np.linalg.norm(rows, axis=1)[:, None], np.float16)


@pytest.mark.parametrize("share", [1.0, 0.3, 0.02])
def test_the_recall_promised_holds_for_other_questions_and_under_filters(
    tmp_path: Path, share: float
) -> None:
    stored = clustered(20_000)
    cells, probing = in_cells(tmp_path / "c.faiss", stored, 200)
    assert probing.nprobe < 200
    assert probing.recall >= RECALL
    numbers = np.random.default_rng(8)
    mask = numbers.random(len(stored)) < share
    hits = 0
    for _ in range(ASKED):
        first, second = stored[numbers.integers(0, len(stored), 2)].astype(np.float32)
        question = (first + second) / np.linalg.norm(first + second)
        true, _ = cells.nearest(question, 10, mask, exact=True)
        found, _ = cells.nearest(question, 10, mask)
        hits += len(np.intersect1d(true, found))
    assert hits / (10 * ASKED) >= RECALL - 0.02


def test_vectors_in_cells_come_back(tmp_path: Path) -> None:
    stored = clustered(500)
    cells, _ = in_cells(tmp_path / "c.faiss", stored, 20)
    places = np.array([499, 0, 77])
    np.testing.assert_array_equal(cells.at(places).astype(np.float16), stored[places])


def test_another_number_of_cells_than_the_manifest_names_is_damage(tmp_path: Path) -> None:
    in_cells(tmp_path / "c.faiss", clustered(500), 20)
    with pytest.raises(IndexDamagedError, match="20 cells, not 0; run `nearpaper rebuild`"):
        Vectors(tmp_path / "c.faiss")


@pytest.mark.parametrize("nlist", [0, 8])
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_search_ends_whatever_has_rotted(tmp_path: Path, nlist: int, number: float) -> None:
    stored = unit(3, 200)
    rotten = stored.copy()
    rotten[::2] = number
    path = tmp_path / "v.faiss"
    vectors, _ = in_cells(path, stored, nlist) if nlist else (written(path, stored), None)
    content, whole = path.read_bytes(), stored.tobytes()
    # In place, under the map, vector by vector: in cells they stand in another order.
    with path.open("r+b") as file:
        for row, other in zip(stored, rotten, strict=True):
            at = content.find(row.tobytes())
            assert at >= 0
            file.seek(at)
            file.write(other.tobytes())
            content = content[:at] + other.tobytes() + content[at + len(other.tobytes()) :]
    assert path.read_bytes() != whole
    found: list[Found] = []

    def ask() -> None:
        query = unit(4, 1)[0].astype(np.float32)
        for mask in (None, np.arange(200) < 150):
            found.extend(vectors.nearest(query, 150, mask, exact=exact) for exact in (False, True))
        found.append(vectors.nearest(np.full(16, np.nan, np.float32), 150))

    asking = threading.Thread(target=ask, daemon=True)  # which outlives a test that fails
    asking.start()
    asking.join(timeout=60)
    assert [len(positions) == len(cosines) <= 150 for positions, cosines in found] == [True] * 5
