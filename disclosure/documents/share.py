"""分享图: what a link to an institution's page shows in a chat, drawn from the public card and from nothing else.

It says as of when, because a picture that was saved stays while the card changes. No personal data: a card has none.
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from association.moments import minute
from common.errors import NotFound
from disclosure.models import RegisterCard

# 思源黑体 as Debian's fonts-noto-cjk brings it; the third face of the collection is the one for simplified Chinese.
FONT, FACE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"), 2
WIDTH, HEIGHT, EDGE = 1200, 630, 72
COLOURS = 32
KEPT = 200  # pictures of some twenty thousand bytes
PAPER, INK, QUIET, ACCENT = "#f6f6f2", "#1b2026", "#48515b", "#17557f"
MOST_LINES, PER_LINE, PER_SMALL_LINE = 3, 17, 28
Lines = tuple[str, ...]


def share_picture(card: RegisterCard, publisher: str) -> bytes:
    """PNG of 1200 × 630 dots for the card as it stands now."""
    if not FONT.exists():
        raise NotFound(_("这台服务器没有画图用的字体。"))
    as_of = _("数据截至%(when)s，以网页为准") % {"when": minute(card.as_of)}
    marks = [
        *([_("演示机构，并不存在")] if card.is_demo else []),
        *([] if card.official else [_("非官方规范")]),
    ]
    state = _cut(state_line(card), PER_SMALL_LINE)
    return _drawn(_broken(card.name), state, publisher, as_of, " · ".join(marks))


def state_line(card: RegisterCard) -> str:
    """The grade with its state, or why there is none; the grade of others with who gave it."""
    state = card.state_label
    if not card.grade:
        return _("诚信等级：%(state)s") % {"state": state}
    told = {"grade": card.grade, "state": state, "year": card.grade_year, "source": card.source}
    if card.source:
        return _("%(year)s年度 %(grade)s · %(state)s · 据%(source)s") % told
    return _("诚信等级：%(grade)s · %(state)s · %(year)s年度") % told


def _broken(name: str) -> Lines:
    """The name in lines; what does not fit is left out and says so."""
    lines = [name[start : start + PER_LINE] for start in range(0, len(name), PER_LINE)]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], _cut(lines[MOST_LINES - 1] + lines[MOST_LINES], PER_LINE)]
    return tuple(lines)


def _cut(line: str, most: int) -> str:
    return line if len(line) <= most else line[: most - 1] + "…"


@lru_cache(maxsize=KEPT)
def _drawn(name: Lines, state: str, publisher: str, as_of: str, marks: str) -> bytes:
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, WIDTH, 16), fill=ACCENT)
    pen.text((EDGE, 64), f"{_('付款前体检')} · {publisher}"[:34], font=_font(32), fill=ACCENT)
    top = 140
    for line in name:
        pen.text((EDGE, top), line, font=_font(60), fill=INK)
        top += 84
    pen.text((EDGE, top + 24), state, font=_font(38), fill=INK)
    pen.text((EDGE, HEIGHT - 136), marks, font=_font(30), fill=QUIET)
    pen.text((EDGE, HEIGHT - 84), as_of, font=_font(30), fill=QUIET)
    written = BytesIO()
    picture.quantize(COLOURS).save(written, "PNG", optimize=True)
    return written.getvalue()


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size, index=FACE)
