"""What our sign-in does differently from allauth's default."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts come from appointments, never from a sign-up page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The desk of the association where the person signed in, or the platform's page."""
        return reverse("desk") if getattr(request, "association", None) else "/"

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def clean_email(self, email: str) -> str:
        return super().clean_email(email).lower()  # type: ignore[no-any-return]

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """People have no user name: the address signs in."""
