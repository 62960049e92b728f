"""A small file of every format that is text, of two papers: wobbling rails, floating boats."""

from __future__ import annotations

import json

_PAPERS = ("Wobbling rails", "Floating boats")
_CSL = [{"type": "book", "title": title, "container-title": "J"} for title in _PAPERS]
_ATOM = "http://www.w3.org/2005/Atom"
_OAI = "http://www.openarchives.org/OAI/2.0/"


def _lines(*records: object) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


def _each(form: str) -> str:
    return "".join(form.replace("TITLE", title) for title in _PAPERS)


SAMPLES: dict[str, str] = {
    "jsonl": _lines(*({"title": title, "year": 2019} for title in _PAPERS)),
    "json": json.dumps([{"title": title} for title in _PAPERS], indent=1),
    "csv": "title,year\n" + _each("TITLE,2019\n"),
    "tsv": "title\tyear\n" + _each("TITLE\t2019\n"),
    "huggingface": json.dumps([{"paper": {"id": "", "title": title}} for title in _PAPERS]),
    "huggingface-page": _each("TITLE\n\nAn abstract\n\n• 3 authors\n·\nDec 17, 2024\n"),
    "arxiv-snapshot": _lines(*({"title": title, "authors_parsed": []} for title in _PAPERS)),
    "semantic-scholar": _lines(*({"title": title, "corpusid": 7} for title in _PAPERS)),
    "openalex": _lines(*({"title": title, "authorships": []} for title in _PAPERS)),
    "acl": '<collection id="P19"><volume id="1">'
    + _each('<paper id="1"><title>TITLE</title></paper>')
    + "</volume></collection>",
    "bibtex": _each("@misc{k,\n  title = {TITLE},\n  year = 2019,\n}\n"),
    "ris": _each("TY  - JOUR\nTI  - TITLE\nAU  - Tester, Ann\nER  - \n\n"),
    "csl-json": json.dumps(_CSL),
    "crossref": json.dumps({"message": {"items": [{"title": [title]} for title in _PAPERS]}}),
    "datacite": _lines(
        *({"titles": [{"title": title}], "publicationYear": 2019} for title in _PAPERS)
    ),
    "zotero": json.dumps([{"data": {"itemType": "book", "title": title}} for title in _PAPERS]),
    "europe-pmc": json.dumps({"resultList": {"result": [{"title": one} for one in _PAPERS]}}),
    "pubmed": "<PubmedArticleSet>"
    + _each(
        "<PubmedArticle><MedlineCitation><Article><ArticleTitle>TITLE.</ArticleTitle></Article>"
        "</MedlineCitation></PubmedArticle>\n"
    )
    + "</PubmedArticleSet>",
    "nbib": _each("PMID- 1\nTI  - TITLE.\nAU  - Tester AB\n\n"),
    "web-of-science": "FN Clarivate Analytics Web of Science\nVR 1.0\n"
    + _each("PT J\nAU Tester, AB\nTI TITLE\nER\n\n")
    + "EF\n",
    "endnote": _each("%0 Journal Article\n%T TITLE\n%A Ann Tester\n\n"),
    "endnote-xml": "<xml><records>"
    + _each("<record><ref-type>17</ref-type><titles><title>TITLE</title></titles></record>\n")
    + "</records></xml>",
    "dblp": "<dblp>" + _each('<article key="a"><title>TITLE.</title></article>\n') + "</dblp>",
    "oai-pmh": f'<OAI-PMH xmlns="{_OAI}"><ListRecords>'
    + _each(
        "<record><header><identifier>oai:x:1</identifier></header><metadata><dc "
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>TITLE</dc:title></dc></metadata>'
        "</record>\n"
    )
    + "</ListRecords></OAI-PMH>",
    "arxiv-atom": f'<feed xmlns="{_ATOM}" xmlns:arxiv="http://arxiv.org/schemas/atom">'
    + _each("<entry><id>http://arxiv.org/abs/x</id><title>TITLE</title></entry>\n")
    + "</feed>",
    "arxiv-rss": '<rss xmlns:arxiv="http://arxiv.org/schemas/atom"><channel>'
    + _each("<item><guid>oai:arXiv.org:x</guid><title>TITLE</title></item>\n")
    + "</channel></rss>",
}
BINARY = ("parquet", "arrow")
"""Formats that have no such file."""
