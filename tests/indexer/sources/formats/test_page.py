from __future__ import annotations

from indexer.sources.formats.page import read_page
from indexer.sources.reading.raw import Bad, Raw
from indexer.sources.reading.stream import buffered

PAGE = """new

Get trending papers in your email inbox!

Dec 17

First Title

First abstract.

  • 3 authors
·
Nov 22, 2023 4

Second Title

Second abstract,
on two lines.

  • 1 author
·
Mar 13 3

Third Title

Third abstract.

  • 12 authors
Fourth Title

Fourth abstract.

  • 2 authors
·
Jan 1, 2024

Previous
Next
"""


def read(text: str | bytes) -> list[Raw | Bad]:
    return list(read_page(buffered([text.encode() if isinstance(text, str) else text])))


def test_papers_are_found_between_the_rest() -> None:
    first, second, third, fourth = (item.fields for item in read(PAGE) if isinstance(item, Raw))
    assert first == {
        "title": "First Title",
        "abstract": "First abstract.",
        "author_count": 3,
        "date": "Nov 22, 2023",
        "comments": "4",
    }
    assert second["abstract"] == "Second abstract, on two lines."
    assert (second["date"], second["comments"]) == ("Mar 13", "3")
    assert third == {"title": "Third Title", "abstract": "Third abstract.", "author_count": 12}
    assert (fourth["title"], fourth["date"]) == ("Fourth Title", "Jan 1, 2024")
    assert len(read(PAGE)) == 4


def test_lines_are_those_of_the_titles() -> None:
    assert [item.line for item in read(PAGE)] == [7, 15, 24, 29]


def test_without_a_date_above_the_first_paper_is_the_last_two_lines() -> None:
    (paper,) = read("Menu\nTitle\nAbstract\n• 2 authors\n")
    assert isinstance(paper, Raw)
    assert paper.fields["title"] == "Title"


def test_a_page_that_breaks_off_in_an_abstract_says_so() -> None:
    *_, bad = read(PAGE + "Fifth Title\n\n" + "word " * 60)
    assert isinstance(bad, Bad)
    assert bad.reason == "breaks off before the number of authors"


def test_bad_bytes_cost_their_paper() -> None:
    items = read(PAGE.encode().replace(b"Second abstract", b"Second \xff"))
    assert [type(item) for item in items] == [Raw, Bad, Raw, Raw]
