"""QR codes as a picture inside a page: nothing is fetched, and the page's policy stays as it is."""

from __future__ import annotations

from markupsafe import Markup

QUIET_ZONE = 4
"""Modules of white around a code, as the standard asks."""


def qr_code(content: str) -> Markup:
    """Return a QR code as SVG: dark on white in every theme, for a camera reads it."""
    import segno  # noqa: PLC0415 - 0.5 MB, for a code that is seldom drawn

    code = segno.make(content, error="m", micro=False)
    drawn = code.svg_inline(
        border=QUIET_ZONE, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return Markup(drawn)  # noqa: S704 - of squares alone: what it says is in no attribute
