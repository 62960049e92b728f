"""How to search this site from elsewhere, how to follow a search, and what robots leave alone."""

from __future__ import annotations

from html import escape
from urllib.parse import urljoin

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from api.pages.form import SearchForm
from api.pages.template_engine import render

OPENSEARCH = "application/opensearchdescription+xml"
ROBOTS = """\
# Papers and days may be read; each search is work for this server.
User-agent: *
Allow: /$
Allow: /papers/
Allow: /daily
Allow: /static/
Disallow: /
"""
_DESCRIPTION = """\
<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
  <ShortName>nearpaper</ShortName>
  <Description>Search research papers in plain words</Description>
  <InputEncoding>UTF-8</InputEncoding>
  <Image type="image/svg+xml">{base}favicon.svg</Image>
  <Url type="text/html" template="{base}?q={{searchTerms}}"/>
  <Url type="application/atom+xml" template="{base}feed.atom?q={{searchTerms}}"/>
</OpenSearchDescription>
"""

router = APIRouter(include_in_schema=False)


@router.get("/opensearch.xml")
def opensearch(request: Request) -> Response:
    """The OpenSearch 1.1 description, by which browsers search from the address bar."""
    base = escape(str(request.base_url))
    return Response(_DESCRIPTION.format(base=base), media_type=OPENSEARCH)


@router.get("/robots.txt")
def robots() -> PlainTextResponse:
    """Rules for robots (RFC 9309)."""
    return PlainTextResponse(ROBOTS)


@router.get("/follow")
def follow(request: Request) -> HTMLResponse:
    """How to be told of new papers for a search: by its feed, or by a digest."""
    form = SearchForm.of(request)
    return render(
        "follow.html", form=form, feed=urljoin(str(request.base_url), form.feed_address())
    )
