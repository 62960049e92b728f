"""Data in a page, for a script or for other programs."""

from __future__ import annotations

import json

from markupsafe import Markup


def data_block(value: object) -> Markup:
    """JSON in which nothing can end the ``script`` element that it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Lone surrogates can't be written; "<" could begin `</script>` or `<!--`.
    text = text.encode("utf-8", "replace").decode()
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - no sign in it means anything to HTML
