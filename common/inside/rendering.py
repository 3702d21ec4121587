"""Renders HTML to PDF inside the sandbox: no file, no network, no data address."""

import logging
import mimetypes
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any
from xml.etree.ElementTree import SubElement

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from common.errors import Refused
from common.frames import Message

SCHEME = "asset:"
REFUSED_ASSET = "文件引用了未随附的资源，已停止生成。"
WARM_UP = """<html lang="zh"><body style="font-family: 'Noto Serif CJK SC', serif"><h1>预热 <b>Warm 1</b></h1>
<p style="font-family: 'Noto Sans CJK SC', sans-serif">证书 <b>编号</b> <img src="asset:a.svg" alt=""></p>
<table><tr><th>指标</th></tr><tr><td>1</td></tr></table>"""
PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><path d='M0 0h9v9z'/></svg>"

logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # it quotes the document
logging.getLogger("fontTools").setLevel(logging.CRITICAL)


class AssetFetcher(URLFetcher):
    """Answers only the assets it was given; everything else ends the rendering."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=frozenset(), allow_redirects=False, fail_on_errors=True)
        self.assets = assets
        self.has_refused = False  # the drawing of SVG swallows even fatal errors

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        name = url.removeprefix(SCHEME)
        if not url.startswith(SCHEME) or name not in self.assets:
            self.has_refused = True
            raise FatalURLFetchingError("only given assets may be used")
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, self.assets[name], {"Content-Type": kind})


def render(head: dict[str, Any], blobs: Sequence[bytes]) -> Message:
    """The job; the first blob is the identifier, the others are the assets in the order of their names."""
    fetcher = AssetFetcher(dict(zip(head["assets"], blobs[1:], strict=True)))
    identifier = sha256(blobs[0] or str(head["html"]).encode()).digest()[:16]
    try:
        pdf = _pdf(
            str(head["html"]), str(head["css"]), fetcher, identifier, str(head["title"]), str(head["lang"])
        )
    except FatalURLFetchingError as fault:
        raise Refused(REFUSED_ASSET) from fault
    if fetcher.has_refused:
        raise Refused(REFUSED_ASSET)
    return {}, [pdf]


def _pdf(html: str, css: str, fetcher: AssetFetcher, identifier: bytes, title: str, lang: str) -> bytes:
    fonts = FontConfiguration()
    document = HTML(string=html, base_url=SCHEME, url_fetcher=fetcher)
    _name(document.etree_element, title, lang)
    sheet = CSS(string=css, base_url=SCHEME, url_fetcher=fetcher, font_config=fonts)
    pdf = document.write_pdf(
        stylesheets=[sheet],
        font_config=fonts,
        presentational_hints=False,
        pdf_variant="pdf/ua-1",
        pdf_identifier=identifier,
    )
    return bytes(pdf)


def _name(root: Any, title: str, lang: str) -> None:
    """PDF/UA wants a language and a title; they come from the caller, not from the document."""
    root.set("lang", lang)
    head = root.find("head")
    if head is None:
        head = SubElement(root, "head")
    for old in head.findall("title"):
        head.remove(old)
    SubElement(head, "title").text = title


def _warm_up() -> None:
    """Loads the fonts' tables once, before the forks."""
    _pdf(WARM_UP, "", AssetFetcher({"a.svg": PICTURE}), b"warm-up", "预热", "zh-Hans")


_warm_up()
