"""Tables with the headers that databases and libraries really write, cell by cell.

The papers are made up; the headers are those of the exporters.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from indexer.papers.paper import Paper
from indexer.sources import Source, open_source

TITLE, ABSTRACT = "Growth of tea in shade", "We grow tea, and it grows; in shade."
IEEE = (
    '"Document Title",Authors,"Author Affiliations","Publication Title","Date Added To Xplore",'
    '"Publication Year","Volume","Issue","Start Page","End Page","Abstract","ISSN",ISBNs,"DOI",'
    'Funding Information,PDF Link,"Author Keywords","IEEE Terms","Mesh_Terms",'
    "Article Citation Count,Patent Citation Count,Reference Count,License,Online Date,Issue Date,"
    '"Meeting Date","Publisher",Document Identifier'
)
SCOPUS = (
    '"Authors","Author full names","Author(s) ID","Title","Year","Source title","Volume","Issue",'
    '"Art. No.","Page start","Page end","Page count","Cited by","DOI","Link","Abstract",'
    '"Author Keywords","Index Keywords","PubMed ID","Language of Original Document",'
    '"Document Type","Publication Stage","Open Access","Source","EID"'
)
WOS = (
    "Publication Type,Authors,Book Authors,Book Editors,Book Group Authors,Author Full Names,"
    "Book Author Full Names,Group Authors,Article Title,Source Title,Book Series Title,"
    "Book Series Subtitle,Language,Document Type,Conference Title,Author Keywords,Keywords Plus,"
    "Abstract,Addresses,Email Addresses,Researcher Ids,ORCIDs,Publication Date,Publication Year,"
    "Volume,Issue,DOI,DOI Link,Number of Pages,WoS Categories,Research Areas,Pubmed Id,"
    "UT (Unique WOS ID),Web of Science Record"
)
WOS_TAGS = (
    "PT AU BA BE GP AF BF CA TI SO SE BS LA DT CT DE ID AB C1 RP EM RI OI FU CR NR TC PU SN EI J9 "
    "JI PD PY VL IS BP EP AR DI DL D2 EA PG WC SC GA PM OA DA UT"
)
PUBMED = (
    "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,"
    "NIHMS ID,DOI"
)
DIMENSIONS = (
    "Rank,Publication ID,DOI,PMID,PMCID,ISBN,Title,Abstract,Acknowledgements,Funding,Source title,"
    "Anthology title,Publisher,MeSH terms,Publication Date,PubYear,Volume,Issue,Pagination,"
    "Open Access,Publication Type,Authors,Authors (Raw Affiliation),Corresponding Authors,"
    "Authors Affiliations,Times cited,Source Linkout,Dimensions URL"
)
LENS = (
    "Lens ID,Title,Date Published,Publication Year,Publication Type,Source Title,ISSNs,Publisher,"
    "Source Country,Author/s,Abstract,Volume,Issue Number,Start Page,End Page,Fields of Study,"
    "Keywords,MeSH Terms,Chemicals,Funding,Source URLs,External URL,PMID,DOI,"
    "Microsoft Academic ID,PMCID,Citing Patents Count,References,Citing Works Count,"
    "Is Open Access,Open Access License,Open Access Colour"
)
ZOTERO = (
    '"Key","Item Type","Publication Year","Author","Title","Publication Title","ISBN","ISSN","DOI",'
    '"Url","Abstract Note","Date","Date Added","Date Modified","Access Date","Pages","Issue",'
    '"Volume","Journal Abbreviation","Short Title","Series Title","Publisher","Language","Rights",'
    '"Type","Library Catalog","Extra","Notes","Manual Tags","Automatic Tags","Editor","Number",'
    '"Conference Name"'
)
MENDELEY = "id,type,title,authors,year,month,day,publication,abstract,doi,pmid,citationKey"
ASREVIEW = "record_id,primary_title,notes_abstract,first_authors,keywords,year,doi,url,included"
CORD_19 = (
    "cord_uid,sha,source_x,title,doi,pmcid,pubmed_id,license,abstract,publish_time,authors,journal,"
    "mag_id,who_covidence_id,arxiv_id,pdf_json_files,pmc_json_files,url,s2_id"
)
PUBLISH_OR_PERISH = (
    "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,CitesURL,GSRank,QueryDate,Type,DOI,ISSN,"
    "CitationURL,Volume,Issue,StartPage,EndPage,ECC,CitesPerYear,CitesPerAuthor,AuthorCount,Age,"
    "Abstract,FullTextURL,RelatedURL"
)
SCHOLAR = "Authors,Title,Publication,Volume,Number,Pages,Year,Publisher"
RAYYAN = (
    "key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,"
    "location,abstract,notes,doi,keywords,pubmed_id,pmc_id"
)
COVIDENCE = (
    "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,"
    "Accession Number,DOI,Ref,Covidence #,Study,Notes,Tags"
)
SPRINGER = (
    "Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,Authors,"
    "Publication Year,URL,Content Type"
)
OPENALEX = (
    "id,display_name,publication_year,publication_date,authorships.author.display_name,doi,"
    "primary_location.source.display_name,abstract"
)


class Export(NamedTuple):
    """A row of an export, and what the paper is that it tells of."""

    header: str
    row: Mapping[str, str]
    expected: Mapping[str, object]
    delimiter: str = ","


TWO = ("Tester, Anna", "Sample, Carl")
BASE: Mapping[str, object] = {
    "title": TITLE,
    "abstract": ABSTRACT,
    "authors": TWO,
    "date": "2019",
    "venue": "Journal of Tea",
    "doi": "10.5555/tea.1",
    "id": "10.5555/tea.1",
}
EXPORTS: dict[str, Export] = {
    "IEEE Xplore": Export(
        IEEE,
        {"Document Title": TITLE, "Authors": "A. Tester; C. Sample", "Abstract": ABSTRACT,
         "Publication Title": "Journal of Tea", "Date Added To Xplore": "3 May 2020",
         "Publication Year": "2019", "DOI": "10.5555/TEA.1", "PDF Link": "https://example.org/1",
         "Document Identifier": "IEEE Journals"},
        {**BASE, "authors": ("A. Tester", "C. Sample"), "url": "https://example.org/1", "ids": ()},
    ),
    "Scopus": Export(
        SCOPUS,
        {"Authors": "Tester A.; Sample C.", "Title": TITLE, "Year": "2019", "Abstract": ABSTRACT,
         "Author full names": "Tester, Anna (57190000001); Sample, Carl (57190000002)",
         "Author(s) ID": "57190000001; 57190000002", "Source title": "Journal of Tea",
         "DOI": "10.5555/tea.1", "Link": "https://www.scopus.com/inward/record.uri?a=1&b=2",
         "Source": "Scopus", "EID": "2-s2.0-85000000001"},
        {**BASE, "url": "https://www.scopus.com/inward/record.uri?a=1&b=2",
         "ids": ("2-s2.0-85000000001",)},
    ),
    "Web of Science, Excel": Export(
        WOS,
        {"Authors": "Tester, A; Sample, C", "Author Full Names": "Tester, Anna; Sample, Carl",
         "Article Title": TITLE, "Source Title": "Journal of Tea", "Abstract": ABSTRACT,
         "Publication Date": "DEC 15", "Publication Year": "2019", "DOI": "10.5555/tea.1",
         "UT (Unique WOS ID)": "WOS:000000000000001", "Pubmed Id": "31000001",
         "WoS Categories": "Plant Sciences; Agriculture, Multidisciplinary"},
        {**BASE, "date": "2019-12-15", "ids": ("WOS:000000000000001", "pmid:31000001"),
         "categories": ("Plant Sciences", "Agriculture, Multidisciplinary")},
    ),
    "Web of Science, tab-delimited": Export(
        WOS_TAGS.replace(" ", "\t"),
        {"AU": "Tester, A; Sample, C", "AF": "Tester, Anna; Sample, Carl", "TI": TITLE,
         "SO": "Journal of Tea", "AB": ABSTRACT, "ID": "PLANTS; SHADE", "PD": "MAY", "PY": "2019",
         "DI": "10.5555/tea.1", "PM": "31000001", "UT": "WOS:000000000000001"},
        {**BASE, "date": "2019-05", "ids": ("WOS:000000000000001", "pmid:31000001")},
        "\t",
    ),
    "PubMed": Export(
        PUBMED,
        {"PMID": "31000001", "Title": TITLE, "Authors": "Tester A, Sample C.",
         "Citation": "J Tea. 2019 Dec;1(1):1-2.", "First Author": "Tester A",
         "Journal/Book": "Journal of Tea", "Publication Year": "2019", "Create Date": "2018/11/30",
         "PMCID": "PMC6000001", "DOI": "10.5555/tea.1"},
        {**BASE, "abstract": "", "authors": ("Tester A", "Sample C"),
         "ids": ("pmcid:PMC6000001", "pmid:31000001")},
    ),
    "Dimensions": Export(
        DIMENSIONS,
        {"Rank": "500", "Publication ID": "pub.1100000001", "Title": TITLE, "Abstract": ABSTRACT,
         "Source title": "Journal of Tea", "Publication Date": "2019-05-03", "PubYear": "2019",
         "Authors": "Tester, Anna; Sample, Carl", "DOI": "10.5555/tea.1",
         "Source Linkout": "https://example.org/1",
         "Dimensions URL": "https://app.dimensions.ai/details/publication/pub.1100000001"},
        {**BASE, "date": "2019-05-03", "ids": ("pub.1100000001",), "url": "https://example.org/1"},
    ),
    "The Lens": Export(
        LENS,
        {"Lens ID": "000-000-000-000-01X", "Title": TITLE, "Date Published": "2019-05-03",
         "Publication Year": "2019", "Source Title": "Journal of Tea", "Abstract": ABSTRACT,
         "Author/s": "Anna Tester; Carl Sample", "Fields of Study": "Botany; Shade",
         "Source URLs": "https://example.org/1 https://example.org/2", "DOI": "10.5555/tea.1"},
        {**BASE, "authors": ("Anna Tester", "Carl Sample"), "date": "2019-05-03",
         "categories": ("Botany", "Shade"), "url": "https://example.org/1",
         "ids": ("000-000-000-000-01X",)},
    ),
    "Zotero": Export(
        ZOTERO,
        {"Key": "ABCD1234", "Publication Year": "2019", "Author": "Tester, Anna; Sample, Carl",
         "Title": TITLE, "Publication Title": "Journal of Tea", "DOI": "10.5555/tea.1",
         "Url": "https://example.org/1", "Abstract Note": ABSTRACT, "Date": "2019-05",
         "Date Added": "2024-01-01 10:00:00", "Access Date": "2023-12-31 09:00:00"},
        {**BASE, "date": "2019-05", "url": "https://example.org/1", "ids": ()},
    ),
    "Mendeley": Export(
        MENDELEY,
        {"id": "8d5a7f60-1111-3222-8333-444455556666", "title": TITLE, "year": "2019",
         "month": "5", "day": "3", "authors": "Anna Tester; Carl Sample", "abstract": ABSTRACT,
         "publication": "Journal of Tea", "doi": "10.5555/tea.1"},
        {**BASE, "id": "8d5a7f60-1111-3222-8333-444455556666", "date": "2019-05-03",
         "authors": ("Anna Tester", "Carl Sample")},
    ),
    "ASReview": Export(
        ASREVIEW,
        {"record_id": "7", "primary_title": TITLE, "notes_abstract": ABSTRACT, "year": "2019",
         "first_authors": "['Tester, Anna', 'Sample, Carl']", "doi": "https://doi.org/10.5555/tea.1",
         "included": "1"},
        {**BASE, "venue": ""},
    ),
    "CORD-19": Export(
        CORD_19,
        {"cord_uid": "ug7v899j", "source_x": "PMC", "title": TITLE, "doi": "10.5555/tea.1",
         "pmcid": "PMC6000001", "pubmed_id": "31000001", "license": "cc-by",
         "abstract": ABSTRACT, "publish_time": "2019-05-03",
         "authors": "Tester, Anna; Sample, Carl",
         "journal": "Journal of Tea", "s2_id": "9000001",
         "url": "https://example.org/1; https://example.org/2"},
        {**BASE, "date": "2019-05-03", "licence": "cc-by", "url": "https://example.org/1",
         "ids": ("corpusid:9000001", "pmcid:PMC6000001", "pmid:31000001", "ug7v899j")},
    ),
    "Publish or Perish": Export(
        PUBLISH_OR_PERISH,
        {"Cites": "12", "Authors": "A Tester, C Sample, ...", "Title": TITLE, "Year": "2019",
         "Source": "Journal of Tea", "Publisher": "Tea Press", "DOI": "10.5555/tea.1",
         "ArticleURL": "https://example.org/1", "QueryDate": "2024-01-01 10:00:00", "GSRank": "1",
         "AuthorCount": "3", "Abstract": ABSTRACT, "FullTextURL": "https://example.org/1.pdf"},
        {**BASE, "authors": ("A Tester", "C Sample"), "url": "https://example.org/1"},
    ),
    "Google Scholar": Export(
        SCHOLAR,
        {"Authors": "Tester, Anna; Sample, Carl; ", "Title": TITLE, "Publication": "Journal of Tea",
         "Year": "2019", "Publisher": "Tea Press"},
        {**BASE, "abstract": "", "doi": "", "id": "title:"},
    ),
    "Rayyan": Export(
        RAYYAN,
        {"key": "rayyan-1", "title": TITLE, "year": "2019", "month": "5", "day": "NULL",
         "journal": "Journal of Tea", "authors": "Tester, Anna and Sample, Carl",
         "abstract": ABSTRACT, "doi": "10.5555/tea.1", "pubmed_id": "31000001"},
        {**BASE, "date": "2019-05", "ids": ("pmid:31000001",)},
    ),
    "Covidence": Export(
        COVIDENCE,
        {"Title": TITLE, "Authors": "Tester, Anna; Sample, Carl", "Abstract": ABSTRACT,
         "Published Year": "2019", "Published Month": "May", "Journal": "Journal of Tea",
         "Accession Number": "12345", "DOI": "10.5555/tea.1", "Covidence #": "7"},
        {**BASE, "date": "2019-05", "ids": ()},
    ),
    "SpringerLink": Export(
        SPRINGER,
        {"Item Title": TITLE, "Publication Title": "Journal of Tea", "Item DOI": "10.5555/tea.1",
         "Authors": "Anna Tester", "Publication Year": "2019", "URL": "https://example.org/1"},
        {**BASE, "abstract": "", "authors": ("Anna Tester",), "url": "https://example.org/1"},
    ),
    "OpenAlex": Export(
        OPENALEX,
        {"id": "https://openalex.org/W1000000001", "display_name": TITLE,
         "publication_year": "2019", "publication_date": "2019-05-03",
         "authorships.author.display_name": "Anna Tester|Carl Sample",
         "doi": "https://doi.org/10.5555/tea.1",
         "primary_location.source.display_name": "Journal of Tea", "abstract": ABSTRACT},
        {**BASE, "id": "W1000000001", "authors": ("Anna Tester", "Carl Sample"),
         "date": "2019-05-03", "ids": ("10.5555/tea.1",)},
    ),
}  # fmt: skip
"""A row of each exporter's table."""

LANGUAGES: dict[str, Export] = {
    "German": Export("Titel;Autoren;Jahr;Zusammenfassung;Zeitschrift;DOI", {}, BASE, ";"),
    "French": Export("Titre;Auteurs;Année;Résumé;Revue;DOI", {}, BASE, ";"),
    "Spanish": Export("Título;Autores;Año;Resumen;Revista;DOI", {}, BASE, ";"),
    "Portuguese": Export("Título;Autores;Ano;Resumo;Revista;DOI", {}, BASE, ";"),
    "Italian": Export("Titolo;Autori;Anno;Riassunto;Rivista;DOI", {}, BASE, ";"),
    "Polish": Export("Tytuł;Autorzy;Rok;Streszczenie;Czasopismo;DOI", {}, BASE, ";"),
    "Russian": Export("Название;Авторы;Год;Аннотация;Журнал;DOI", {}, BASE, ";"),
    "Chinese": Export("标题\t作者\t年份\t摘要\t期刊\tDOI", {}, BASE, "\t"),
    "Japanese": Export("タイトル\t著者\t発行年\t抄録\t雑誌名\tDOI", {}, BASE, "\t"),
    "Korean": Export("제목\t저자\t연도\t초록\t저널\tDOI", {}, BASE, "\t"),
}
"""Headers in other languages, their columns in one order."""
IN_ORDER = (TITLE, "; ".join(TWO), "2019", ABSTRACT, "Journal of Tea", "10.5555/tea.1")
FIELDS = (*BASE, "ids", "url", "categories", "licence")


def headings(export: Export) -> list[str]:
    return next(csv.reader([export.header], delimiter=export.delimiter))


def table(export: Export) -> str:
    """The export as a file, its header as it stands there."""
    names = headings(export)
    row = [export.row.get(name, "") for name in names] if export.row else list(IN_ORDER)
    assert set(export.row) <= set(names)
    file = io.StringIO()
    csv.writer(file, delimiter=export.delimiter, lineterminator="\r\n").writerow(row)
    return f"{export.header}\r\n{file.getvalue()}"


def read(path: Path, text: str) -> tuple[Paper, Source]:
    path.write_text(text, encoding="utf-8", newline="")
    source = open_source(str(path))
    (paper,) = source
    assert isinstance(paper, Paper)
    return paper, source


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("name", [*EXPORTS, *LANGUAGES])
def test_each_field_of_each_export(name: str, field: str, tmp_path: Path) -> None:
    export = {**EXPORTS, **LANGUAGES}[name]
    paper, _ = read(tmp_path / "export.csv", table(export))
    if field not in export.expected:
        return
    found = getattr(paper, field)
    if field == "id" and export.expected[field] == "title:":
        assert found.startswith("title:")
    else:
        assert found == export.expected[field]


@pytest.mark.parametrize(
    ("name", "heading", "cell"),
    [
        ("Scopus", "Author full names", "García Márquez, Gabriel (57200000001)"),
        ("Scopus", "Author full names", "García Márquez, Gabriel"),
        ("Web of Science, Excel", "Author Full Names", "García Márquez, Gabriel"),
        ("Web of Science, tab-delimited", "AF", "García Márquez, Gabriel"),
        ("Dimensions", "Authors", "García Márquez, Gabriel"),
        ("CORD-19", "authors", "García Márquez, Gabriel"),
        ("Zotero", "Author", "García Márquez, Gabriel"),
    ],
)
def test_an_author_alone_is_one(name: str, heading: str, cell: str, tmp_path: Path) -> None:
    export = EXPORTS[name]
    changed = export._replace(row={**export.row, heading: cell})
    paper, _ = read(tmp_path / "export.csv", table(changed))
    assert paper.authors == ("García Márquez, Gabriel",)


def test_two_authors_of_an_unknown_table_stay_two(tmp_path: Path) -> None:
    paper, _ = read(tmp_path / "a.csv", 'title,author\nTea,"Anna Maria Tester, Carl Sample"\n')
    assert paper.authors == ("Anna Maria Tester", "Carl Sample")


@pytest.mark.parametrize("name", EXPORTS)
def test_every_heading_is_accounted_for(name: str, tmp_path: Path) -> None:
    export = EXPORTS[name]
    _, source = read(tmp_path / "export.csv", table(export))
    named = {heading for heading in headings(export) if heading}
    assert set(source.report.used) | set(source.report.unused) == named
    assert not set(source.report.used) & set(source.report.unused)


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_recognised_below_notes(name: str, tmp_path: Path) -> None:
    notes = (
        '"About the data: exported on Jan 1, 2024, criteria: ""title; abstract"""\r\n\r\nsep=,\r\n'
    )
    paper, source = read(tmp_path / "export.csv", notes + table(EXPORTS[name]))
    assert paper.title == TITLE
    assert source.report.rejected == 0
