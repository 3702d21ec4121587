"""Opens one uploaded file inside the sandbox and makes the copy that may be shown."""

from collections.abc import Sequence
from typing import Any

from common.frames import Message
from common.inside.images import clean_image
from common.inside.pdfs import clean_pdf


def inspect(head: dict[str, Any], blobs: Sequence[bytes]) -> Message:
    kind = str(head["kind"])
    return {}, [clean_pdf(blobs[0]) if kind == "pdf" else clean_image(blobs[0], kind)]
