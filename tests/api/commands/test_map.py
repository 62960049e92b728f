"""``nearpaper map``: one file, whole or not at all, the same for the same index."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.pages.map.map_page import CLASSES, Colour, map_page
from api.terminal.progress_bar import StepBar
from indexer.errors import IndexNotFoundError
from indexer.local.catalog.catalog import Catalog
from search.map.map import Heading, Map, draw
from search.map.regions import Region

Nearpaper = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).resolve().parents[3]


def data_of(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def unpacked(text: str, kind: str) -> list[int]:
    return [int(number) for number in np.frombuffer(base64.b64decode(text), kind)]


def chart_of(*papers: Heading, regions: tuple[Region, ...] = ()) -> Map:
    places = np.linspace(0, 1, 2 * len(papers)).reshape(-1, 2)
    return Map(papers, places, (regions,) if regions else (), len(papers))


def heading(number: int, **more: Any) -> Heading:
    known = {"title": f"Paper {number}", "date": "", "url": "", "categories": ()}
    return Heading(id=f"p{number}", **{**known, **more})


def test_an_index_becomes_one_file(nearpaper: Nearpaper, tmp_path: Path) -> None:
    output = tmp_path / "papers.html"
    code, out, err = nearpaper("map", "--output", str(output))
    assert (code, out) == (0, "")
    assert re.fullmatch(rf"nearpaper: 32 papers in {output}, \d+ kB, [\d.]+ s\n", err)
    data = data_of(output.read_text(encoding="utf-8"))
    assert len(data["titles"]) == 32
    assert {"On speech, part 3", "Strings of old"} <= {*data["titles"]}
    assert len(unpacked(data["places"], "<u2")) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["papers.html"]


def test_no_map_is_written_over_the_index(
    nearpaper: Nearpaper, sample_index: Path, tmp_path: Path
) -> None:
    before = (sample_index / "catalog.sqlite").read_bytes()
    code, _, err = nearpaper(
        "map", "--index", str(sample_index), "--output", str(sample_index / "catalog.sqlite")
    )
    assert code == 2
    assert "lies inside of the index" in err
    assert (sample_index / "catalog.sqlite").read_bytes() == before


def test_the_same_index_gives_the_same_file(sample_index: Path, tmp_path: Path) -> None:
    pages = [map_page(draw(sample_index), None) for _ in range(2)]
    assert pages[0] == pages[1]
    assert draw(sample_index).regions


def test_of_more_papers_some_from_all_over_are_shown(nearpaper: Nearpaper, tmp_path: Path) -> None:
    output = tmp_path / "map.html"
    code, _, err = nearpaper("map", "--limit", "16", "--output", str(output))
    assert code == 0
    assert "16 papers of 32 (--limit shows more)" in err
    page = output.read_text(encoding="utf-8")
    assert "Map of 16 papers of 32" in page
    assert data_of(page)["titles"][:2] == ["On graph kernels, part 1", "On speech, part 3"]


def test_a_page_lets_nothing_out_of_its_text() -> None:
    hostile = "</script><script>alert(1)</script><!-- \u2028 \u2029 & \ud800 <img src=x onerror=y>"
    page = map_page(
        chart_of(
            heading(1, title=hostile, categories=(hostile,), url="javascript:alert(1)"),
            heading(2, title=hostile, date=hostile, url='https://example.org/"><script>'),
            regions=(Region(hostile, 0.5, 0.5, 2),),
        ),
        None,
    )
    assert page.count("<script") == page.count("</script>") == 2
    assert "<!--" not in page
    assert "<img" not in page
    (text,) = re.findall(r'id="data">(.*?)</script>', page)
    assert not {*"<>&\u2028\u2029"} & {*text}
    assert data_of(page)["titles"][0] == hostile.replace("\ud800", "?")
    assert "javascript:" not in page


def test_a_page_asks_no_other_host_and_runs_no_other_script() -> None:
    page = map_page(chart_of(heading(1)), None)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src &#39;none&#39;; ")
    assert "unsafe" not in policy
    assert not re.search(r"<(link|img|iframe|script src)|url\(|@import", page)


@pytest.mark.parametrize(
    ("asked", "categories", "wanted"),
    [(None, ("cs.CL",), "category"), (None, (), "year"), ("year", ("cs.CL",), "year")],
)
def test_what_points_are_coloured_by(
    asked: Colour | None, categories: tuple[str, ...], wanted: str
) -> None:
    page = map_page(chart_of(heading(1, categories=categories)), asked)
    assert f'<option value="{wanted}" selected>' in page


def test_rare_categories_and_old_years_share_a_colour() -> None:
    papers = [
        heading(number, categories=(f"c{number % 14:02}", "cs.XX"), date=f"{2000 + number % 14}")
        for number in range(30)
    ]
    classes = data_of(map_page(chart_of(*papers, heading(30)), None))["classes"]
    category, year = classes["category"], classes["year"]
    assert len(category["names"]) == len(year["names"]) == CLASSES + 2
    assert category["names"][:2] == ["c00", "c01"]
    assert year["names"][-3:] == ["2013", "before 2004", "none"]
    for kind in (category, year):
        of = unpacked(kind["of"], "u1")
        assert [of.count(number) for number in range(CLASSES + 2)] == kind["sizes"]
        assert kind["sizes"][-1] == 1


def test_addresses_come_out_as_they_were() -> None:
    urls = [*(f"https://arxiv.org/abs/{n}" for n in range(5)), "http://x.org", "", "ftp://x/y"]
    data = data_of(map_page(chart_of(*(heading(n, url=url) for n, url in enumerate(urls))), None))
    bases = unpacked(data["base"], "<u2")
    found = [data["bases"][base] + rest for base, rest in zip(bases, data["rests"], strict=True)]
    assert found == [*urls[:6], "", ""]


def test_a_missing_extra_is_one_line(
    nearpaper: Nearpaper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    code, _, err = nearpaper("map", "--output", str(tmp_path / "map.html"))
    assert code == 1
    assert err == (
        "nearpaper: a map needs openTSNE; install it with `pip install 'nearpaper[map]'`\n"
    )


def test_an_index_without_papers_is_said_to_be_empty(tmp_path: Path) -> None:
    Catalog(tmp_path, writable=True).close()
    with pytest.raises(IndexNotFoundError, match="still empty"):
        draw(tmp_path)


def test_what_cannot_be_written_leaves_the_old_file(nearpaper: Nearpaper, tmp_path: Path) -> None:
    code, _, err = nearpaper("map", "--output", str(tmp_path / "nowhere" / "map.html"))
    assert code == 2
    assert err.count("\n") == 1
    (tmp_path / "map.html").mkdir()
    code, _, err = nearpaper("map", "--output", str(tmp_path / "map.html"))
    assert code == 2
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sign", "code"),
    [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_a_stop_leaves_no_half_file(
    sample_index: Path, tmp_path: Path, sign: signal.Signals, code: int
) -> None:
    output = tmp_path / "map.html"
    output.write_text("of before")
    slowly = (
        "import time, pathlib\n"
        "def late(*given): print('written', flush=True); time.sleep(60)\n"
        "pathlib.Path.replace = late\n"
        "from api.cli import main\n"
        "main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", slowly, "map", "--output", str(output)],
        env={**os.environ, "NEARPAPER_INDEX": str(sample_index), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        process.send_signal(sign)
        _, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert err == ("nearpaper: stopped\n" if sign == signal.SIGINT else "")
    assert output.read_text() == "of before"
    assert len([*tmp_path.iterdir()]) == (1 if sign == signal.SIGINT else 2)


def test_steps_are_shown_on_a_terminal_only(capfd: pytest.CaptureFixture[str]) -> None:
    with StepBar() as bar:
        bar.at("Laying out", 0.5)
    assert capfd.readouterr() == ("", "")
