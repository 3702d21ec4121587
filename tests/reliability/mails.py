"""A mail server that only counts: one line for each mail that it took, with the name the mail bears."""

import os
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class CountingBackend(BaseEmailBackend):
    """Lines are appended whole, so that many workers may write into one file."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        lines = "".join(f"{message.message()['Message-ID']} {message.to[0]}\n" for message in messages)
        file = os.open(os.environ["COUNTED_MAILS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, lines.encode())
        finally:
            os.close(file)
        return len(messages)
