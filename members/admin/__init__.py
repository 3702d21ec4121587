"""Staff desk of institutions and their membership."""

from members.admin import (
    books,
    breach,
    council,
    dues,
    dues_account,
    dues_money,
    institutions,
    membership,
    pledge,
    signing,
)

__all__ = [
    "books",
    "breach",
    "council",
    "dues",
    "dues_account",
    "dues_money",
    "institutions",
    "membership",
    "pledge",
    "signing",
]
