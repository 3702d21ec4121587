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
    response = HttpResponse(data, content_type=attachment.media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(attachment.name)}"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
