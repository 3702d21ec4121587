import functools
import io
import zlib
from hashlib import sha256

import pikepdf
import pytest
from PIL import Image

from common import filecheck, sandbox
from common.errors import InvalidInput, TooLarge
from common.filecheck import inspect_upload
from common.inside.marks import jpeg2000_without_marks

from . import files

LAUNCH = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
SCRIPT = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def sentence_for(data, filename):
    with pytest.raises(InvalidInput) as caught:
        inspect_upload(data, filename)
    return caught.value.sentence


@pytest.mark.parametrize(
    ("filename", "kind", "mime", "data"),
    [
        ("证书.JPG", "jpg", "image/jpeg", files.picture()),
        ("a.jpeg", "jpg", "image/jpeg", files.picture(mode="CMYK")),
        ("a.png", "png", "image/png", files.picture(mode="RGBA", kind="PNG")),
        ("a.png", "png", "image/png", files.picture(mode="1", kind="PNG")),
        ("a.png", "png", "image/png", files.picture(mode="P", kind="PNG", transparency=0)),
        ("a.png", "png", "image/png", files.picture(mode="I;16", kind="PNG")),
        ("a.webp", "webp", "image/webp", files.picture(kind="WEBP")),
        ("合同.pdf", "pdf", "application/pdf", files.pdf(pages=3)),
    ],
)
def test_honest_files_pass(filename, kind, mime, data):
    checked = inspect_upload(data, filename)
    assert (checked.kind, checked.mime, checked.size) == (kind, mime, len(data))
    assert checked.sha256 == sha256(data).hexdigest()
    assert checked.derivative


def test_photo_loses_place_and_author_and_stands_upright():
    data = files.picture_with_place()
    assert b"Exif" in data
    shown = inspect_upload(data, "photo.jpg").derivative
    with Image.open(io.BytesIO(shown)) as picture:
        assert picture.size == (30, 40)
        assert dict(picture.getexif()) == {}
    assert b"Exif" not in shown


def test_what_is_hidden_behind_a_picture_is_gone():
    shown = inspect_upload(files.picture(kind="PNG") + b"<script>canary</script>", "a.png").derivative
    assert b"canary" not in shown


@pytest.mark.parametrize(
    ("data", "filename", "told"),
    [
        (b"", "a.jpg", "空的（0 字节）"),
        (files.picture(kind="PNG"), "a.jpg", "文件名以 .jpg 结尾，内容却是 PNG"),
        (files.pdf(), "a.png", "内容却是 PDF"),
        (files.picture(), "照片", "文件名没有扩展名"),
        (b"<?xml version='1.0'?><svg onload='x'/>", "a.png", "不接收SVG 图片"),
        (b"<!DOCTYPE html><html>", "a.jpg", "不接收网页（HTML）"),
        (b"GIF89a" + b"\0" * 20, "a.gif", "不接收GIF 图片"),
        (b"\0\0\0\x18ftypheic", "a.heic", "不接收HEIC 图片"),
        (files.archive({"a.txt": b"x"}), "a.zip", "不接收压缩包（ZIP）"),
        (files.archive({"word/document.xml": b"x"}), "a.docx", "不接收Word 文件"),
        (files.archive({"xl/vbaProject.bin": b"x"}), "a.pdf", "不接收含宏的 Office 文件"),
        (b"Rar!\x1a\x07\0", "a.rar", "不接收压缩包（RAR）"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 20, "a.doc", "不接收旧版 Office 文件"),
        (b"MZ\x90\0", "a.pdf", "不接收程序文件"),
        (b"\x01\x02\x03", "a.bin", "不接收无法识别的文件"),
        (files.picture(kind="PNG")[:60], "a.png", "图片已损坏或不完整"),
        (b"%PDF-1.7 nothing", "a.pdf", "PDF 已损坏或不完整"),
    ],
)
def test_refused_with_the_reason(data, filename, told):
    assert told in sentence_for(data, filename)


def test_pixel_bomb_is_refused_before_it_is_unpacked():
    bomb = files.picture((13_000, 13_000), "1", "PNG")
    assert len(bomb) < 100_000
    assert sentence_for(bomb, "a.png") == "图片超过4000万像素，请缩小后再上传。"


def test_largest_picture_allowed_fits_the_limits():
    assert inspect_upload(files.picture((6_300, 6_300), "RGB", "JPEG"), "a.jpg").derivative


def set_root(key, value):
    return lambda document: document.Root.__setitem__(key, value)


def on_first_page(document):
    document.pages[0].obj["/AA"] = pikepdf.Dictionary(O=LAUNCH)


def attach(document):
    document.attachments["canary.txt"] = b"canary"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (set_root("/OpenAction", SCRIPT), "脚本（JavaScript）"),
        (set_root("/Names", pikepdf.Dictionary(JavaScript=pikepdf.Dictionary())), "脚本（JavaScript）"),
        (
            set_root("/Deep", pikepdf.Array([pikepdf.Dictionary(A=pikepdf.Array([SCRIPT]))])),
            "脚本（JavaScript）",
        ),
        (set_root("/OpenAction", LAUNCH), "启动程序的动作"),
        (set_root("/OpenAction", pikepdf.Dictionary(S=pikepdf.Name.Strange)), "打开时自动执行的动作"),
        (on_first_page, "启动程序的动作"),
        (attach, "内嵌文件"),
        (set_root("/AcroForm", pikepdf.Dictionary(XFA=pikepdf.Array([]))), "动态表单（XFA）"),
    ],
)
def test_pdf_that_acts_is_refused(change, told):
    assert told in sentence_for(files.pdf(change), "a.pdf")


def test_name_written_with_a_hash_is_still_a_script():
    hidden = files.pdf(set_root("/X", pikepdf.Dictionary(JS="app.alert(1)"))).replace(b"/JS", b"/J#53")
    assert b"/J#53" in hidden
    assert "脚本" in sentence_for(hidden, "a.pdf")


def test_start_page_is_not_an_action():
    def start(document):
        document.Root.OpenAction = pikepdf.Array([document.pages[0].obj, pikepdf.Name.Fit])

    assert inspect_upload(files.pdf(start), "a.pdf").kind == "pdf"


@pytest.mark.parametrize("password", ["", "secret"])
def test_encrypted_pdf_is_refused(password):
    locked = files.pdf(encryption=pikepdf.Encryption(owner="owner", user=password))
    assert "去掉" in sentence_for(locked, "a.pdf")


def test_too_many_pages():
    assert sentence_for(files.pdf(pages=301), "a.pdf") == "PDF 有301页，最多300页。"
    assert inspect_upload(files.pdf(pages=300), "a.pdf").kind == "pdf"


def test_shown_pdf_has_no_author():
    def write_author(document):
        document.docinfo["/Author"] = "canary"

    data = files.pdf(write_author)
    assert b"canary" in data
    assert b"canary" not in inspect_upload(data, "a.pdf").derivative


def test_too_many_bytes():
    with pytest.raises(TooLarge, match="超过10 MB"):
        inspect_upload(b"\xff\xd8\xff" + b"\0" * filecheck.MOST_BYTES, "a.jpg")


def test_child_that_was_killed_is_a_refusal(monkeypatch):
    def killed(*_args, **_more):
        raise sandbox.SandboxFailed

    monkeypatch.setattr(sandbox, "run", killed)
    assert "没有接收" in sentence_for(files.picture(), "a.jpg")


TOLD_BY_A_SCAN = (b"canary-exif", b"canary-xmp", b"canary-page", b"canary-piece")


def write_a_scan(document, *, packed=False):
    """A page with a photo that knows its author, a picture with XMP, a note with a name, and a form's field."""
    exif = Image.Exif()
    exif[0x010E] = "canary-exif"
    photo = pikepdf.Stream(
        document,
        zlib.compress(files.picture(exif=exif)) if packed else files.picture(exif=exif),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=40,
        Height=30,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Array([pikepdf.Name.FlateDecode] * packed + [pikepdf.Name.DCTDecode]),
        Metadata=document.make_stream(b"<x>canary-xmp</x>"),
    )
    page = document.pages[0].obj
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=document.make_indirect(photo)))
    page.Contents = document.make_stream(b"q 40 0 0 30 0 0 cm /I Do Q")
    page.Metadata = document.make_stream(b"canary-page")
    page.PieceInfo = pikepdf.Dictionary(A=pikepdf.Dictionary(Private=pikepdf.String("canary-piece")))
    note = {"Type": pikepdf.Name.Annot, "Rect": [0, 0, 9, 9]}
    field = pikepdf.Dictionary(Subtype=pikepdf.Name.Widget, T="field", FT=pikepdf.Name.Tx, **note)
    field = document.make_indirect(field)
    said = pikepdf.Dictionary(Subtype=pikepdf.Name.Text, T="canary-name", Contents="看这里", **note)
    page.Annots = pikepdf.Array([said, field])
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[field])


def streams_of(data):
    with pikepdf.open(io.BytesIO(data)) as document:
        return b"".join(
            one.read_raw_bytes() if "/DCTDecode" in str(one.get("/Filter")) else one.read_bytes()
            for one in document.objects
            if isinstance(one, pikepdf.Stream)
        )


@pytest.mark.parametrize("packed", [False, True])
def test_pictures_pages_and_notes_of_a_pdf_tell_nobody(packed):
    write = functools.partial(write_a_scan, packed=packed)
    data = files.pdf(write, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    shown = inspect_upload(data, "扫描.pdf").derivative
    whole = data + streams_of(data)
    hidden = {b"canary-exif"} if packed else set()
    assert {word for word in (*TOLD_BY_A_SCAN, b"canary-name") if word not in whole} == hidden
    assert b"canary" not in shown + streams_of(shown)
    with pikepdf.open(io.BytesIO(shown)) as document:
        page = document.pages[0]
        assert [str(note.get("/T", "")) for note in page.Annots] == ["", "field"]
        assert str(page.Annots[0].Contents) == "看这里"
        picture = pikepdf.PdfImage(page.Resources.XObject.I).as_pil_image()
    assert (picture.size, picture.mode) == ((40, 30), "RGB")


@pytest.mark.parametrize("kind", ["xml ", "uuid"])
def test_boxes_of_text_in_a_jpeg2000_are_left_out(kind):
    data = files.picture(kind="JPEG2000")
    box = b"canary-box"
    at = data.index(b"jp2c") - 4
    telling = data[:at] + (8 + len(box)).to_bytes(4) + kind.encode() + box + data[at:]
    assert jpeg2000_without_marks(telling) == data
    assert jpeg2000_without_marks(b"\xff\x4f\xff\x51bare") == b"\xff\x4f\xff\x51bare"
