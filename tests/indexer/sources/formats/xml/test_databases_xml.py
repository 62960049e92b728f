"""PubMed's, EndNote's and DBLP's XML, and arXiv's news feeds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from indexer.errors import SourceError
from indexer.papers.paper import Paper
from indexer.sources import FORMATS
from indexer.sources.reading.stream import buffered

ReadAll = Callable[..., tuple[list[Paper], list[str]]]

PUBMED = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "https://dtd.test/pubmed.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">99000001</PMID>
<Article><Journal><JournalIssue><PubDate><Year>2019</Year><Month>Jul</Month></PubDate></JournalIssue>
<Title>Journal of toys</Title></Journal>
<ArticleTitle>CO<sub>2</sub> in <i>toy</i> trains &amp; boats.</ArticleTitle>
<ELocationID EIdType="doi" ValidYN="Y">10.5555/pm.1</ELocationID>
<Abstract><AbstractText Label="BACKGROUND">Rails wobble, p &lt; 0.05.</AbstractText>
<AbstractText Label="METHODS">We pushed <i>them</i>.</AbstractText></Abstract>
<AuthorList><Author><LastName>Tester</LastName><ForeName>Anna B</ForeName><Initials>AB</Initials>
</Author><Author><LastName>Sample</LastName><Initials>C</Initials></Author>
<Author><CollectiveName>Toy Train Group</CollectiveName></Author></AuthorList>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>
<PublicationType UI="D016441">Retracted Publication</PublicationType></PublicationTypeList>
<ArticleDate DateType="Electronic"><Year>2019</Year><Month>07</Month><Day>03</Day></ArticleDate>
</Article></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">99000001</ArticleId>
<ArticleId IdType="doi">10.5555/pm.1</ArticleId><ArticleId IdType="pmc">PMC9900001</ArticleId>
</ArticleIdList><ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.5555/cited
</ArticleId></ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID>99000002</PMID><Article><Journal><JournalIssue><PubDate>
<MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate></JournalIssue></Journal>
<ArticleTitle>[Boats that float].</ArticleTitle></Article></MedlineCitation></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID>99000003</PMID><Article><ArticleTitle>bro&ken</ArticleTitle>
</Article></MedlineCitation></PubmedArticle>
<PubmedBookArticle><BookDocument><PMID>99000004</PMID><Book><BookTitle>All toys</BookTitle>
<PubDate><Year>2001</Year></PubDate></Book><ArticleTitle>A chapter</ArticleTitle></BookDocument>
</PubmedBookArticle>
</PubmedArticleSet>"""


def test_pubmed(read_all: ReadAll) -> None:
    (one, two, chapter), rejects = read_all(PUBMED, "pubmed")
    assert [reason.split(" in line")[0] for reason in rejects] == [
        "not XML: EntityRef: expecting ';'"
    ]
    assert (one.id, one.ids) == ("10.5555/pm.1", ("pmcid:PMC9900001", "pmid:99000001"))
    assert one.title == "CO2 in toy trains & boats"
    assert one.abstract == "BACKGROUND: Rails wobble, p < 0.05. METHODS: We pushed them."
    assert one.authors == ("Anna B Tester", "C. Sample", "Toy Train Group")
    assert (one.date, one.venue, one.retracted) == ("2019-07-03", "Journal of toys", True)
    assert (two.id, two.title, two.date) == ("pmid:99000002", "Boats that float", "1998-12")
    assert (chapter.title, chapter.venue, chapter.date) == ("A chapter", "All toys", "2001")


ENDNOTE = """<?xml version="1.0" encoding="UTF-8" ?><xml><records>
<record><database name="My.enl">My.enl</database><ref-type name="Journal Article">17</ref-type>
<contributors><authors><author><style face="normal">Tester, Anna B.</style></author>
<author>Toy Train Group,</author></authors><secondary-authors><author>Editor, E.</author>
</secondary-authors></contributors>
<titles><title><style face="normal">Growth of </style><style face="italic">E. coli</style></title>
<secondary-title>Journal of Toys</secondary-title></titles>
<dates><year><style>2019</style></year><pub-dates><date>Jul 3</date></pub-dates></dates>
<abstract>Rails wobble, p &lt; 0.05.</abstract><label>doe2019</label>
<electronic-resource-num>doi: 10.5555/en.1</electronic-resource-num>
<urls><related-urls><url>https://toys.test/1</url></related-urls></urls></record>
<record><titles><title>Two</title></titles><dates><year>1999</year></dates></record>
</records></xml>"""


def test_endnote_xml(read_all: ReadAll) -> None:
    (one, two), rejects = read_all(ENDNOTE, "endnote-xml")
    assert rejects == []
    assert (one.id, one.title, one.date) == ("10.5555/en.1", "Growth of E. coli", "2019-07-03")
    assert one.authors == ("Anna B. Tester", "Toy Train Group")
    assert (one.venue, one.cite_keys, one.url) == (
        *("Journal of Toys", ("doe2019",), "https://toys.test/1"),
    )
    assert one.abstract == "Rails wobble, p < 0.05."
    assert (two.title, two.date) == ("Two", "1999")


DBLP = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE dblp SYSTEM "dblp.dtd">
<dblp>
<article key="journals/toys/Tester19" mdate="2020-01-01"><author>Wei Wang 0001</author>
<author>J&ouml;rg M&uuml;ller</author><title>Toys &amp; Trains: CO<sub>2</sub>.</title>
<journal>J. Toys</journal><year>2019</year><ee>https://doi.org/10.5555/dblp.1</ee></article>
<inproceedings key="conf/toys/X" publtype="withdrawn"><author>Ren\xe9 Probe</author>
<title>Two.</title><booktitle>TOYS</booktitle><year>2020</year></inproceedings>
<www key="homepages/w/X"><author>Wei Wang 0001</author><title>Home Page</title></www>
<article key="journals/toys/Y"><title>&bomb;</title></article>
</dblp>"""


def test_dblp(read_all: ReadAll) -> None:
    (one, two), rejects = read_all(DBLP, "dblp")
    assert (one.id, one.title) == ("10.5555/dblp.1", "Toys & Trains: CO2")
    assert one.authors == ("Wei Wang", "Jörg Müller")
    assert (one.venue, one.date, one.retracted) == ("J. Toys", "2019", False)
    assert one.cite_keys == ("DBLP:journals/toys/Tester19",)
    assert (two.authors, two.venue, two.retracted) == (("René Probe",), "TOYS", True)
    assert [reason.split(" in line")[0] for reason in rejects] == [
        "not XML: Entity 'bomb' not defined"
    ]


ATOM = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us"><id>http://rss.arxiv.org/atom/cs.TO</id>
<entry><id>oai:arXiv.org:2301.00022v1</id><title>Parrots</title>
<link href="https://arxiv.org/abs/2301.00022" rel="alternate"/>
<summary>arXiv:2301.00022v1 Announce Type: new
Abstract: Parrots sit.</summary><category term="cs.TO"/>
<published>2023-01-03T00:00:00-05:00</published><arxiv:announce_type>new</arxiv:announce_type>
<dc:creator>A B, C D</dc:creator></entry>
<entry><id>oai:arXiv.org:1901.00007v3</id><title>Old parrots</title>
<summary>arXiv:1901.00007v3 Announce Type: replace-cross Abstract: They sat.</summary>
<published>2023-01-03T00:00:00-05:00</published><arxiv:DOI>10.5555/parrot</arxiv:DOI>
<dc:creator>Ann Tester (Univ. of Toys, Town), Bo Sample, Jr.</dc:creator></entry></feed>"""

RSS = """<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 version="2.0"><channel><title>cs.TO updates on arXiv.org</title>
<item><title>Parrots</title><link>https://arxiv.org/abs/2301.00022</link>
<description>arXiv:2301.00022v1 Announce Type: new
Abstract: Parrots sit.</description><guid isPermaLink="false">oai:arXiv.org:2301.00022v1</guid>
<category>cs.TO</category><pubDate>Tue, 03 Jan 2023 00:00:00 -0500</pubDate>
<arxiv:announce_type>new</arxiv:announce_type><dc:creator>A B, C D</dc:creator></item>
<item><title>Old parrots</title><description>arXiv:1901.00007v3 Announce Type: replace-cross
Abstract: They sat.</description><guid>oai:arXiv.org:1901.00007v3</guid>
<pubDate>Tue, 03 Jan 2023 00:00:00 -0500</pubDate><arxiv:DOI>10.5555/parrot</arxiv:DOI>
<dc:creator>Ann Tester (Univ. of Toys, Town), Bo Sample, Jr.</dc:creator></item></channel></rss>"""


@pytest.mark.parametrize(("text", "format"), [(ATOM, "arxiv-atom"), (RSS, "arxiv-rss")])
def test_arxivs_news_feeds(text: str, format: str, read_all: ReadAll) -> None:
    (new, old), rejects = read_all(text, format)
    assert rejects == []
    assert (new.id, new.version, new.abstract) == ("2301.00022", 1, "Parrots sit.")
    assert (new.authors, new.date, new.listed) == (("A B", "C D"), "2023-01-03", "2023-01-03")
    assert (new.categories, new.sources) == (("cs.TO",), ("arxiv",))
    assert new.url == "https://arxiv.org/abs/2301.00022"
    # The day of the news isn't the day on which an old paper came out.
    assert (old.id, old.version, old.date, old.listed) == ("1901.00007", 3, "", "")
    assert (old.abstract, old.doi) == ("They sat.", "10.5555/parrot")
    assert old.authors == ("Ann Tester", "Bo Sample Jr.")


@pytest.mark.parametrize("name", ["pubmed", "endnote-xml", "dblp"])
def test_xml_without_records_is_refused(name: str) -> None:
    with pytest.raises(SourceError, match="in it"):
        list(FORMATS[name](buffered([b"<a><b/></a>"])))


@pytest.mark.parametrize(
    ("name", "element"),
    [("pubmed", "PubmedArticle"), ("endnote-xml", "record"), ("dblp", "article")],
)
def test_entities_are_never_expanded(name: str, element: str) -> None:
    text = f'<!DOCTYPE x [<!ENTITY b "bbbb">]><x><{element}><title>&b;</title></{element}></x>'
    (item,) = FORMATS[name](buffered([text.encode()]))
    assert "Entity 'b' not defined" in str(item)
