"""PDF from our own templates, made by WeasyPrint in the sandbox; nothing is fetched, only given assets are used."""

from collections.abc import Mapping

from common import sandbox


def render_pdf(
    html: str,
    css: str,
    assets: Mapping[str, bytes],
    *,
    title: str,
    lang: str,
    identifier: bytes = b"",
    cpu_seconds: int | None = None,
) -> bytes:
    """A tagged PDF/UA-1. ``assets`` answer ``asset:<name>`` addresses; any other address ends the rendering.

    The same input gives the same bytes; ``identifier`` (for instance a certificate's code) names the file inside.
    A document that takes more than 60 seconds (or ``cpu_seconds``) or 2 GB ends in ``SandboxFailed``.
    """
    head = {"html": html, "css": css, "assets": list(assets), "title": title, "lang": lang}
    _answer, (pdf,) = sandbox.run("render_pdf", head, [identifier, *assets.values()], cpu_seconds=cpu_seconds)
    return pdf
