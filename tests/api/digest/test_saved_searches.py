"""What is wrong with a file of saved searches is one line that names the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.digest.saved_searches import MailSettings, find_searches, read_searches
from indexer.errors import NearpaperError, StorageError, UsageError
from indexer.location import parse_location
from search.query.filters import Filters

BIB = "@article{a, title={Folding proteins}, year={2020}, doi={10.1000/x}}\n"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "searches.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (folder / "my.bib").write_text(BIB)
    return path


def test_everything_that_may_stand_there(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        site = "https://papers.example.org/np/"
        [mail]
        to = ["a@example.org", "b@example.org", "a@example.org"]
        from = "np@example.org"
        host = "mail.example.org"
        [[search]]
        name = "Question"
        question = "how proteins fold"
        category = "q-bio"
        author = ["ada", "bob"]
        venue = "nature"
        limit = 3
        [[search]]
        name = "Papers"
        like = ["https://arxiv.org/abs/1706.03762v2", "10.1/X"]
        unlike = "N19-1423"
        [[search]]
        name = "Library"
        library = "my.bib"
        min_score = 1
        """,
    )
    found = read_searches(path)
    assert found.site == "https://papers.example.org/np"
    assert found.mail == MailSettings(
        to=("a@example.org", "b@example.org"),
        sender="np@example.org",
        host="mail.example.org",
        port=587,
        security="starttls",
        user="",
    )
    question, papers, library = found.searches
    assert question.filters == Filters(
        categories=("q-bio",), authors=("ada", "bob"), venues=("nature",)
    )
    assert (question.limit, library.min_score) == (3, 1)
    assert (papers.like, papers.unlike) == (("1706.03762", "10.1/X"), ("N19-1423",))
    assert [paper.id for paper in library.library] == ["10.1000/x"]


S = '[[search]]\nname = "S"\n'
Q = S + 'question = "q"\n'
L = S + 'library = "my.bib"\n'
M = '[mail]\nto = "a@b.org"\nfrom = "c@d.org"\nhost = "h"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "contains no saved search"),
        ("x = 1", "key 'x': unknown; known keys are mail, search, site"),
        ("[[search", "not TOML"),
        (b"\xff\xfe", "not UTF-8"),
        ("x = " + "[" * 9999, "not TOML"),
        ("search = 1", "key 'search': must be a list of tables"),
        ("search = [1]", "search 1: must be a table"),
        ('[[search]]\nquestion = "q"', "search 1: key 'name': missing"),
        (S, "search 1 ('S'): must have exactly one of question, like, library"),
        (Q + 'like = "1706.03762"', "must have exactly one of"),
        (Q + "limt = 3", "search 1: key 'limt': unknown; did you mean 'limit'?"),
        (Q + "limit = 0", "search 1 ('S'): key 'limit': must be a whole number from 1 to 100"),
        (Q + "limit = 1.5", "key 'limit'"),
        (Q + "limit = true", "key 'limit'"),
        (Q + "min_score = 0.9", "key 'min_score': works with a library only"),
        (L + "min_score = 2", "key 'min_score': must be a number from 0 to 1"),
        (L + "min_score = nan", "key 'min_score'"),
        (Q + 'unlike = "x"', "key 'unlike': works with like or library"),
        (Q + "category = []", "key 'category': 0 values"),
        (Q + "category = [1]", "key 'category': must be a string"),
        (Q + 'author = "  "', "key 'author': is empty"),
        (S + "question = 1", "key 'question': must be a string"),
        (S + f'question = "{"x" * 10_001}"', "key 'question': 10001 characters; at most 10000"),
        (S + 'like = [""]', "key 'like': is empty"),
        (S + f'like = "{"x" * 300}"', "search 1 ('S'): not a paper's id"),
        (S + 'library = "none.bib"', "key 'library': "),
        (S + 'library = "searches.toml"', "key 'library': "),
        (Q + Q.replace('"q"', '""'), "search 2 ('S'): key 'question': is empty"),
        (Q * 101, "key 'search': 101 tables; at most 100"),
        ('site = "papers"\n' + Q, "key 'site': must be a web address"),
        ('site = "javascript:1"\n' + Q, "key 'site': must be a web address"),
        ("mail = 1\n" + Q, "mail: must be a table"),
        (M + "password = 1\n" + Q, "mail: key 'password': unknown"),
        (M.replace("to", "t0") + Q, "mail: key 't0': unknown"),
        (M.replace('to = "a@b.org"', "") + Q, "mail: key 'to': missing"),
        (M.replace('"a@b.org"', "[]") + Q, "mail: key 'to': 0 values"),
        (M.replace("a@b.org", "A <a@b.org>") + Q, "'A <a@b.org>' isn't a plain e-mail address"),
        (M.replace("a@b.org", "a@b.org\\nBcc: x@y.z") + Q, "isn't a plain e-mail address"),
        (M.replace("c@d.org", "cd") + Q, "mail: key 'from'"),
        (M.replace("a@b.org", "a..b@b.org") + Q, "key 'to': 'a..b@b.org' isn't a plain e-mail"),
        (M.replace("a@b.org", "a.@b.org") + Q, "mail: key 'to': 'a.@b.org' isn't"),
        (M.replace("c@d.org", "c@d.") + Q, "mail: key 'from': 'c@d.' isn't a plain e-mail"),
        (M.replace("c@d.org", "c@d..org") + Q, "mail: key 'from': 'c@d..org' isn't"),
        (M.replace('host = "h"', "") + Q, "mail: key 'host': missing"),
        (M + "port = 0\n" + Q, "mail: key 'port': must be a whole number from 1 to 65535"),
        (M + 'security = "ssl"\n' + Q, "mail: key 'security': must be one of starttls, tls, none"),
    ],
)
def test_what_is_wrong_is_one_line_that_names_the_place(
    tmp_path: Path, text: str | bytes, says: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(NearpaperError) as caught:
        read_searches(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    assert says in said
    assert "\n" not in said
    assert caught.value.exit_code == 2


def test_a_file_that_cant_be_read_or_is_huge(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        read_searches(tmp_path)
    path = written(tmp_path, "#" * 2_000_000)
    with pytest.raises(NearpaperError, match="larger than a megabyte"):
        read_searches(path)


def test_of_a_large_library_the_youngest_papers_count(tmp_path: Path) -> None:
    entries = [f"@misc{{k{n}, title={{T {n}}}, year={{{1000 + n}}}}}" for n in range(1500)]
    path = written(tmp_path, S + 'library = "my.bib"')
    (tmp_path / "my.bib").write_text("\n".join(entries))
    (search,) = read_searches(path).searches
    years = [int(paper.date) for paper in search.library]
    assert (len(years), years[0], years[-1]) == (1000, 2499, 1500)


def test_beside_a_cluster_there_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "")
    cluster = parse_location("opensearch://search/papers")
    with pytest.raises(UsageError, match=r"^[^ ]*/config/nearpaper/searches.toml: .* --searches$"):
        find_searches(None, cluster)
    named = tmp_path / "searches.toml"
    assert find_searches(named, cluster) == named
    assert find_searches(None, tmp_path / "index") == named
