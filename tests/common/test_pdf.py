import io

import pikepdf
import pytest
from PIL import Image

from common import sandbox
from common.errors import Refused
from common.pdf import render_pdf
from common.qr import qr_svg

PAGE = "<!doctype html><html><head><title>旧题</title></head><body><h1>诚信等级证书</h1>{}</body></html>"


def made(body="<p>演示机构</p>", css="@page { size: A4 }", assets=None, **more):
    return render_pdf(PAGE.format(body), css, assets or {}, title="证书", lang="zh-Hans", **more)


def test_pdf_is_tagged_named_and_in_chinese():
    with pikepdf.open(io.BytesIO(made())) as document:
        assert str(document.Root.Lang) == "zh-Hans"
        assert document.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in document.Root
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "证书"


def test_same_input_same_bytes_and_identifier_tells_them_apart():
    assert made() == made()
    assert made(identifier=b"a") != made(identifier=b"b")


def test_given_assets_are_used():
    svg = qr_svg("https://portal.example/verify/abc/", title="核验").replace(
        "<svg ", "<svg xmlns='http://www.w3.org/2000/svg' "
    )
    out = io.BytesIO()
    Image.new("1", (8, 8)).save(out, "PNG")
    with_code = made("<img src='asset:qr.svg' alt='二维码'><img src='asset:qr.png' alt='二维码'>",
                     assets={"qr.svg": svg.encode(), "qr.png": out.getvalue()})  # fmt: skip
    with pikepdf.open(io.BytesIO(with_code)) as document:
        assert len(document.pages[0].get_images()) == 1


@pytest.mark.parametrize(
    "body",
    [
        "<link rel=attachment href=file:///etc/passwd>",
        "<img src=file:///etc/passwd>",
        "<img src=http://127.0.0.1:1/x.png>",
        "<img src=https://example.invalid/x.png>",
        "<img src=//example.invalid/x.png>",
        "<img src=ftp://127.0.0.1/x>",
        "<img src=data:image/png;base64,aaaa>",
        "<img src=asset:not-given.png>",
        "<style>@import url(file:///etc/passwd);</style>",
        "<style>body { background: url(http://127.0.0.1:1/) }</style>",
        "<style>@font-face { font-family: x; src: url(file:///etc/passwd) } body { font-family: x }</style>",
        "<object data=file:///etc/passwd></object>",
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd' width='9' height='9'/></svg>",
    ],
)
def test_nothing_is_fetched(body):
    with pytest.raises(Refused, match="未随附的资源"):
        made(body)


def test_attributes_do_not_style():
    assert b"file:" not in made(
        "<table background='file:///etc/passwd'><tr><td width=9999999>x</td></tr></table>"
    )


@pytest.mark.parametrize(
    ("body", "css"),
    [
        ("<table><tr><td colspan=1000000>x</td></tr></table>", ""),
        ("文字" * 2_000, "@page { size: 2px; margin: 0 }"),
        ("<div>" * 3_000, ""),
    ],
    ids=["colspan", "tiny page", "nesting"],
)
def test_bombs_are_killed_within_their_limit(body, css):
    with pytest.raises(sandbox.SandboxFailed):
        made(body, css, cpu_seconds=2)


def test_qr_is_a_plain_picture():
    svg = qr_svg("https://portal.example/verify/abc/", title="核验二维码")
    assert svg.startswith("<svg ")
    assert "<title>核验二维码</title>" in svg
    assert "style=" not in svg


def test_one_child_makes_many_documents():
    first = made()
    child = sandbox.keeper.idle[-1]
    assert {made() for _ in range(40)} == {first}
    assert sandbox.keeper.idle == [child]
