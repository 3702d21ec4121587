"""QR codes, as SVG for pages and PDF and as PNG for download."""

import io

import segno

QUIET_ZONE = 4  # modules; the standard wants at least four


def qr_svg(text: str, *, title: str = "", scale: int = 4) -> str:
    """One ``<svg>`` without XML declaration, to be placed in a page."""
    return str(segno.make_qr(text, error="m").svg_inline(scale=scale, border=QUIET_ZONE, title=title or None))


def qr_png(text: str, *, scale: int = 8) -> bytes:
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=scale, border=QUIET_ZONE)
    return out.getvalue()
