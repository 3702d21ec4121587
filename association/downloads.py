"""Files of the locker on their way to a browser."""

from urllib.parse import quote

from django.http import HttpResponse

from association.locker import read_file
from association.models import Attachment


def download(attachment: Attachment) -> HttpResponse:
    """The file as an attachment that no browser runs or guesses about. Who may have it was asked before."""
    return sent_as(read_file(attachment), attachment)


def sent_as(data: bytes, attachment: Attachment) -> HttpResponse:
    """These bytes under the name and type of the attachment."""
    return _sent(data, attachment.name, attachment.media_type)


def sent_pdf(data: bytes, name: str) -> HttpResponse:
    """文书 made at this moment, which no locker keeps."""
    return _sent(data, name, "application/pdf")


def _sent(data: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
