"""A test collection read from disk: papers, questions, and which papers answer which question.

A folder in BEIR's layout (Thakur et al., NeurIPS 2021, arXiv:2104.08663) or a flatter one::

    corpus.jsonl                     papers; may lie elsewhere
    queries.jsonl                    id or _id, text, and for similar papers query_doc
    qrels.tsv                        question, paper, grade; without a header or with BEIR's
    qrels/test.tsv, dev.tsv, train.tsv   BEIR's place for it; the first that is there counts

Each file may be compressed (``corpus.jsonl.gz``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from indexer.errors import SourceError
from indexer.papers.fields import first_of
from indexer.papers.ids import normalise_id
from indexer.sources.formats.jsonl import read_jsonl
from indexer.sources.reading.raw import Bad, Raw, read_lines
from indexer.sources.reading.stream import CHUNK, BrokenStreamError, buffered, decompressed, take
from search.limits import MAX_QUESTION

MAX_LINES = 5_000_000
"""Lines of questions or of judgements."""
MAX_GRADE = 100
"""Far above any scale of relevance in use."""

DATA = Path(__file__).resolve().parents[2] / "data"
"""What comes with nearpaper, in a checkout and when it is installed."""

_BOM = b"\xef\xbb\xbf"
_HEADER = ["query-id", "corpus-id", "score"]
_QRELS = ("qrels.tsv", "qrels/test.tsv", "qrels/dev.tsv", "qrels/train.tsv")

Grades = Mapping[str, int]
"""Judged papers by normalised id; grades above 0 are relevant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question that has at least one relevant paper.

    Attributes:
        id: As the collection writes it.
        text: What is asked.
        grades: Its judged papers.
        without: Ids that are not to be answered: the paper that the question itself is made of.
    """

    id: str
    text: str
    grades: Grades
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What a search can be measured with.

    Attributes:
        name: Of the folder.
        corpus: The file of papers.
        questions: In the collection's order; those without a relevant paper are left out.
    """

    name: str
    corpus: Path
    questions: tuple[Question, ...]


def read_collection(folder: Path, corpus: Path | None = None) -> Collection:
    """Read all but the papers themselves.

    Args:
        folder: Of the collection.
        corpus: The file of papers, where it isn't the folder's own.

    Raises:
        SourceError: A file is missing or can't be read, a line is malformed, or no question has
            a relevant paper.
    """
    if not folder.is_dir():
        raise SourceError(f"{folder}: no such folder; name the folder of a collection")
    if corpus is None:
        corpus = _found(folder, ("corpus.jsonl",), " or name the papers with --corpus")
    elif not corpus.is_file():
        raise SourceError(f"{corpus}: no such file; name a file of papers with --corpus")
    judgements = _found(folder, _QRELS)
    questions = tuple(_judged(_found(folder, ("queries.jsonl",)), _read_grades(judgements)))
    if not questions:
        raise SourceError(
            f"{judgements}: no question of queries.jsonl has a paper with a grade above 0; "
            "check that both files write the questions' ids alike"
        )
    return Collection(name=folder.resolve().name, corpus=corpus, questions=questions)


def sample_collection(corpus: Path | None = None) -> Collection:
    """The collection that comes with nearpaper: questions about the sample papers.

    Args:
        corpus: The file of papers, where it isn't the sample.

    Raises:
        SourceError: As :func:`read_collection`.
    """
    collection = read_collection(DATA / "questions", corpus or DATA / "papers.jsonl")
    return replace(collection, name="sample")


def _found(folder: Path, names: Iterable[str], or_else: str = "") -> Path:
    """The first of some files that is there, compressed or not."""
    for name in names:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return path
    raise SourceError(f"{folder}: holds no {' or '.join(names)} (.gz or not); add it{or_else}")


def _judged(path: Path, grades: Mapping[str, Grades]) -> Iterator[Question]:
    """The questions with a relevant paper other than the one they are made of."""
    seen: set[str] = set()
    for place, record in _records(path):
        question = _question(record, grades, place)
        if question.id in seen:
            raise SourceError(f"{place}: question '{question.id}' occurs twice; remove one")
        seen.add(question.id)
        if any(grade > 0 for grade in question.grades.values()):
            yield question


def _question(record: Mapping[str, object], grades: Mapping[str, Grades], place: str) -> Question:
    name = _text(first_of(record, ("id", "_id")), "id", place)
    text = _text(record.get("text"), "text", place)
    if len(text) > MAX_QUESTION:
        raise SourceError(f"{place}: the text is longer than {MAX_QUESTION:,} characters; cut it")
    own = record.get("query_doc")
    without = (_paper_id(_text(own, "query_doc", place), place),) if own is not None else ()
    judged = {id: grade for id, grade in grades.get(name, {}).items() if id not in without}
    return Question(id=name, text=text, grades=judged, without=without)


def _text(value: object, what: str, place: str) -> str:
    """Text that isn't blank; ids may also be whole numbers."""
    if isinstance(value, int) and not isinstance(value, bool) and what != "text":
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise SourceError(f"{place}: {what} is missing or not text; correct or remove the line")
    return value.strip()


def _records(path: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The objects of a file of JSON Lines, each with the place where it stands."""
    with _opened(path) as stream:
        for item in read_jsonl(stream):
            place = _place(path, item)
            if isinstance(item, Bad):
                raise SourceError(f"{place}: {item.reason}; correct or remove the line")
            yield place, item.fields


def _place(path: Path, item: Raw | Bad) -> str:
    if item.line > MAX_LINES:
        raise SourceError(f"{path}: more than {MAX_LINES:,} lines; take a part of them")
    return f"{path}: line {item.line:,}"


def _read_grades(path: Path) -> dict[str, dict[str, int]]:
    """By question, the grades of its judged papers; the higher one where there are two."""
    grades: dict[str, dict[str, int]] = {}
    with _opened(path) as stream:
        for line in read_lines(stream):
            place = _place(path, Bad(line.number, b"", ""))
            if line.reason:
                raise SourceError(f"{place}: {line.reason}; correct or remove the line")
            fields = line.data.decode("utf-8", "replace").strip().split("\t")
            if fields == [""] or (line.number == 1 and fields == _HEADER):
                continue
            question, paper, grade = _judgement(fields, place)
            of_question = grades.setdefault(question, {})
            of_question[paper] = max(grade, of_question.get(paper, 0))
    return grades


def _judgement(fields: list[str], place: str) -> tuple[str, str, int]:
    """Question, normalised paper id and grade; a grade below 0 is as good as 0."""
    if len(fields) != 3:
        raise SourceError(
            f"{place}: {len(fields)} columns; write question, paper and grade, with tabs between"
        )
    question, paper, grade = (field.strip() for field in fields)
    try:
        number = max(0, int(grade[:20]))
    except ValueError:
        number = MAX_GRADE + 1
    if number > MAX_GRADE:
        raise SourceError(
            f"{place}: the grade '{grade[:50]}' is no whole number up to {MAX_GRADE}; "
            f"a header must read {' '.join(_HEADER)}"
        )
    return question, _paper_id(paper, place), number


def _paper_id(text: str, place: str) -> str:
    """The id that the index knows the paper by."""
    try:
        return normalise_id(text)[0]
    except ValueError as error:
        raise SourceError(f"{place}: not a paper's id: {error}; correct the line") from None


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The decompressed bytes behind any byte order mark."""
    try:
        with path.open("rb") as file:
            chunks = decompressed(iter(lambda: file.read(CHUNK), b""))
            head, chunks = take(chunks, len(_BOM))
            content = buffered(chunks)
            if head.startswith(_BOM):
                content.read(len(_BOM))
            yield content
    except BrokenStreamError as error:
        raise SourceError(f"{path}: {error}; get it again") from None
    except OSError as error:
        raise SourceError(f"{path}: can't be read ({error.strerror}); check it") from None
