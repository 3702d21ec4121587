"""掩码: one strict form everywhere, so that two differently masked copies never make a whole."""

import re

FEW_DIGITS = 7


def masked_name(name: str) -> str:
    """张三 is shown as 张*, whatever the length of the name."""
    return f"{name[0]}*" if name else ""


def masked_phone(phone: str) -> str:
    """13800138000 is shown as 138****8000; a shorter number shows its last two digits."""
    digits = re.sub(r"\D", "", phone)
    if not digits:
        return ""
    if len(digits) < FEW_DIGITS:
        return f"****{digits[-2:]}"
    return f"{digits[:3]}****{digits[-4:]}"


def masked_mail(mail: str) -> str:
    """somebody@example.org is shown as s***@example.org."""
    head, _at, host = mail.partition("@")
    return f"{head[:1]}***@{host}" if host else f"{head[:1]}***" if head else ""
