"""A short file of each format, as the fuzzer's seeds; everything in them is made up."""

from __future__ import annotations

import io
import json
from typing import Any

RECORD: dict[str, Any] = {
    "id": "2101.00001",
    "title": "Growth of $x^2$ tea in shade",
    "abstract": "We grow tea; it grows.",
    "authors": ["Anna Tester", {"name": "Carl Sample"}],
    "date": "2019-05-03",
    "doi": "10.5555/tea.1",
    "url": "https://example.org/1",
    "categories": "cs.CL cs.AI",
    "venue": "Journal of Tea",
    "upvotes": 7,
    "ids": ["pmid:31000001"],
    "version": "v2",
}
SNAPSHOT: dict[str, Any] = {
    **RECORD,
    "authors": "Anna Tester, Carl Sample",
    "authors_parsed": [["Tester", "Anna", ""], ["Sample", "Carl", "Jr"]],
    "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}],
    "journal-ref": "J. Tea 1 (2019)",
    "update_date": "2019-05-03",
    "license": None,
}
OPENALEX: dict[str, Any] = {
    "id": "https://openalex.org/W1",
    "doi": "https://doi.org/10.5555/tea.1",
    "title": "Growth of <i>tea</i>",
    "publication_date": "2019-05-03",
    "abstract_inverted_index": {"We": [0], "grow": [1], "tea": [2, 4]},
    "authorships": [{"author": {"display_name": "Anna Tester"}}],
    "primary_location": {"landing_page_url": "http://arxiv.org/abs/2101.00001", "source": None},
    "locations": [{"landing_page_url": "https://example.org"}],
    "topics": [{"display_name": "Botany"}],
    "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/31000001"},
    "is_retracted": False,
}
SCHOLAR: dict[str, Any] = {
    "paperId": "a" * 40,
    "corpusId": 7,
    "externalIds": {"ArXiv": "2101.00001", "DOI": "10.5555/tea.1"},
    "title": "Growth of tea",
    "authors": [{"authorId": "1", "name": "Anna Tester"}],
    "journal": {"name": "Journal of Tea"},
    "s2FieldsOfStudy": [{"category": "Botany"}],
    "publicationDate": "2019-05-03",
    "openAccessPdf": {"license": "CCBY"},
}
CSL: dict[str, Any] = {
    "id": "tester2019",
    "type": "article-journal",
    "title": "Growth of tea",
    "DOI": "10.5555/tea.1",
    "author": [{"family": "Tester", "given": "Anna", "non-dropping-particle": "van"}],
    "issued": {"date-parts": [[2019, 5, 3]]},
    "container-title": ["Journal of Tea"],
    "citation-key": "tester2019",
}
DATACITE: dict[str, Any] = {
    "id": "10.5555/tea.1",
    "type": "dois",
    "attributes": {
        "doi": "10.5555/tea.1",
        "titles": [{"title": "Growth of tea"}],
        "creators": [{"name": "Tester, Anna", "givenName": "Anna", "familyName": "Tester"}],
        "descriptions": [{"description": "We grow.", "descriptionType": "Abstract"}],
        "publicationYear": 2019,
        "dates": [{"date": "2019-05-03", "dateType": "Issued"}],
        "publisher": {"name": "Tea Press"},
        "url": "https://example.org/1",
    },
}
ZOTERO: dict[str, Any] = {
    "key": "ABCD1234",
    "version": 3,
    "library": {"type": "user", "id": 1},
    "data": {
        "itemType": "journalArticle",
        "title": "Growth of tea",
        "creators": [{"creatorType": "author", "firstName": "Anna", "lastName": "Tester"}],
        "abstractNote": "We grow.",
        "publicationTitle": "Journal of Tea",
        "date": "May 3, 2019",
        "DOI": "10.5555/tea.1",
        "extra": "arXiv: 2101.00001",
    },
}
EUROPE_PMC: dict[str, Any] = {
    "id": "31000001",
    "source": "MED",
    "pmid": "31000001",
    "doi": "10.5555/tea.1",
    "title": "Growth of tea.",
    "authorString": "Tester A, Sample C.",
    "abstractText": "<h4>Aims</h4>We grow.",
    "journalInfo": {"journal": {"title": "Journal of Tea"}},
    "firstPublicationDate": "2019-05-03",
    "pubTypeList": {"pubType": ["journal article"]},
}
ENTRY = {"paper": {**RECORD, "summary": "We grow.", "publishedAt": "2019-05-03T10:00:00Z"}}

TREES: dict[str, Any] = {
    "jsonl": RECORD,
    "json": [RECORD, RECORD],
    "huggingface": [{**ENTRY, "numComments": 2}],
    "arxiv-snapshot": SNAPSHOT,
    "semantic-scholar": {"total": 1, "data": [SCHOLAR]},
    "openalex": {"meta": {"count": 1}, "results": [OPENALEX]},
    "csl-json": [CSL],
    "crossref": {"status": "ok", "message": {"items": [{**CSL, "relation": {}, "URL": "x"}]}},
    "datacite": {"data": [DATACITE]},
    "zotero": [ZOTERO],
    "europe-pmc": {"resultList": {"result": [EUROPE_PMC]}},
}
"""Of formats that are JSON, the value."""

TEXTS: dict[str, str] = {
    "csv": 'id,title,abstract,authors,year,DOI\n1,Tea,"We ""grow""","[\'Anna Tester\']",2019,'
    "10.5555/tea.1\n2,Milk,nan,Anna Tester; Carl Sample,2019.0,\n",
    "tsv": "PT\tAU\tTI\tSO\tPY\tPD\nJ\tTester, A\tTea\tJ Tea\t2019\tDEC 15\n",
    "huggingface-page": "Dec 3\nGrowth of tea\nWe grow tea.\n• 3 authors\n·\nDec 17, 2024\n2\n",
    "acl": '<collection id="P19"><volume id="1"><meta><booktitle>Tea</booktitle><year>2019</year>'
    '<month>May</month></meta><paper id="1"><title>On <fixed-case>T</fixed-case>ea</title><author>'
    "<first>Anna</first><last>Tester</last></author><abstract>We <tex-math>x</tex-math>.</abstract>"
    "<doi>10.5555/tea.1</doi></paper></volume></collection>\n",
    "bibtex": '@string{j = "Journal of {T}ea"}\n@article{tester2019, title = {{T}ea in {\\"U}ber '
    '$x^2$}, author = {Tester, Anna and van den Sample, Carl}, journal = j # " B", year = 2019,\n'
    " month = may, doi={10.5555/tea.1}, note={\\href{u}{t}}, crossref={p}}\n"
    "@proceedings{p, title={P}, year=2013}\n@comment{x}\n",
    "ris": "TY  - JOUR\nTI  - Growth of tea\n  in shade\nAU  - Tester, Anna\nAU  - Sample, C.; X\n"
    "PY  - 2019/05/03/\nDA  - DEC 15\nJO  - Journal\nDO  - 10.5555/tea.1\nAB  - We grow.\nER  - \n",
    "nbib": "PMID- 31000001\nOWN - NLM\nTI  - Growth of\n      tea.\nAB  - AIMS: We grow.\n"
    "FAU - Tester, Anna\nAU  - Tester A\nDP  - 2019 May 3\nJT  - Journal of Tea\n"
    "AID - 10.5555/tea.1 [doi]\nPT  - Retracted Publication\n\n",
    "web-of-science": "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Tester, A\n"
    "   Sample, C\nTI Growth of\n   tea\nSO JOURNAL OF TEA\nAB We grow.\nPD MAY 3\nPY 2019\n"
    "DI 10.5555/tea.1\nUT WOS:000000000000001\nER\n\nEF\n",
    "endnote": "%0 Journal Article\n%A Tester, Anna\n%T Growth of tea\n%J Journal of Tea\n"
    "%D 2019\n%R 10.5555/tea.1\n%X We grow.\n\n",
    "endnote-xml": "<xml><records><record><contributors><authors><author><style>Tester, A.</style>"
    "</author></authors></contributors><titles><title><style>Tea</style></title></titles><dates>"
    "<year>2019</year></dates><abstract>We grow.</abstract></record></records></xml>",
    "pubmed": "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>31000001</PMID><Article>"
    "<Journal><JournalIssue><PubDate><Year>2019</Year><Month>May</Month></PubDate></JournalIssue>"
    "<Title>J Tea</Title></Journal><ArticleTitle>On CO<sub>2</sub></ArticleTitle><Abstract>"
    '<AbstractText Label="AIMS">We grow.</AbstractText></Abstract><AuthorList><Author><LastName>'
    "Tester</LastName><ForeName>Anna</ForeName></Author></AuthorList></Article></MedlineCitation>"
    "</PubmedArticle></PubmedArticleSet>",
    "dblp": '<dblp><article key="journals/tea/T19"><author>Anna Tester 0001</author><title>Tea.'
    "</title><year>2019</year><journal>J. Tea</journal><ee>https://doi.org/10.5555/tea.1</ee>"
    "</article></dblp>",
    "oai-pmh": '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header>'
    "<identifier>oai:arXiv.org:2101.00001</identifier></header><metadata><arXiv "
    'xmlns="http://arxiv.org/OAI/arXiv/"><id>2101.00001</id><created>2019-05-03</created><authors>'
    "<author><keyname>Tester</keyname><forenames>Anna</forenames></author></authors><title>Tea"
    "</title><categories>cs.CL</categories><abstract>We grow.</abstract></arXiv></metadata>"
    "</record></ListRecords></OAI-PMH>",
    "arxiv-atom": '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/'
    'atom"><entry><id>http://arxiv.org/abs/2101.00001v1</id><title>Tea</title><summary>We grow.'
    "</summary><published>2019-05-03T00:00:00Z</published><author><name>Anna Tester</name></author>"
    '<category term="cs.CL"/></entry></feed>',
    "arxiv-rss": '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:arxiv="http:'
    '//arxiv.org/schemas/atom"><channel><item><title>Tea</title><link>https://arxiv.org/abs/2101.'
    "00001</link><description>arXiv:2101.00001v1 Announce Type: new Abstract: We grow."
    "</description><dc:creator>Anna Tester, Carl Sample</dc:creator><arxiv:announce_type>new"
    "</arxiv:announce_type></item></channel></rss>",
}
"""Of the other formats that are text, the text."""


def tables() -> dict[str, bytes]:
    """Of formats that pyarrow writes, the bytes; none where it isn't installed."""
    try:
        import pyarrow as pa
        import pyarrow.ipc as ipc
        import pyarrow.parquet as pq
    except ImportError:
        return {}
    data = pa.table({"id": [1, 2], "title": ["Tea", None], "authors": [["A. Tester"], None]})
    parquet, arrow = io.BytesIO(), io.BytesIO()
    pq.write_table(data, parquet)
    with ipc.new_file(arrow, data.schema) as writer:
        writer.write_table(data)
    return {"parquet": parquet.getvalue(), "arrow": arrow.getvalue()}


SEEDS: dict[str, bytes] = {
    **{name: json.dumps(tree).encode() for name, tree in TREES.items()},
    **{name: text.encode() for name, text in TEXTS.items()},
    **tables(),
}
"""Files by format."""
