"""QR codes, as SVG for pages and PDF."""

import segno

QUIET_ZONE = 4  # modules; the standard wants at least four


def qr_svg(text: str, *, title: str = "", scale: int = 4) -> str:
    """One ``<svg>`` without XML declaration, to be placed in a page."""
    return str(segno.make_qr(text, error="m").svg_inline(scale=scale, border=QUIET_ZONE, title=title or None))
