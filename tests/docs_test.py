"""The documentation names what there is: pages for all charts, pictures that exist and can be taken anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gui.charts import all_charts
from tests.screenshots.scenes import DOCS as SCENES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
MEGABYTES = 4
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#]+)[^)]*\)")
FIVE = ("**Shows.**", "**Read it.**", "**Good**", "**It cannot tell**", "**Computed.**")


def charts() -> list[Path]:
    return [page for page in sorted((DOCS / "charts").glob("*.md")) if page.name != "README.md"]


@pytest.mark.parametrize("chart", [chart.id for chart in all_charts()])
def test_every_chart_has_a_page_that_the_index_names(chart):
    assert (DOCS / "charts" / f"{chart}.md").is_file()
    assert f"({chart}.md)" in (DOCS / "charts" / "README.md").read_text()


@pytest.mark.parametrize("page", charts(), ids=lambda page: page.stem)
def test_a_page_says_what_is_shown_how_it_is_read_what_it_cannot_tell_and_how_it_is_computed(page):
    text = page.read_text()
    assert [part for part in FIVE if part not in text] == []
    assert "](../pictures/" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_exists(page):
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_pictures_are_those_that_can_be_taken_anew_and_small():
    pictures = list((DOCS / "pictures").iterdir())
    assert {picture.name for picture in pictures} == {f"{name}.png" for name in SCENES}
    assert sum(picture.stat().st_size for picture in pictures) < MEGABYTES * 1e6


def test_every_picture_is_shown_somewhere():
    text = "".join(page.read_text() for page in PAGES)
    assert [name for name in SCENES if f"pictures/{name}.png" not in text] == []
