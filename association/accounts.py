"""What our sign-in does differently from allauth's default."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from association.actors import person_with_roles
from association.links import absolute, path_to
from association.models import Association, User
from association.scope import selected_association_id
from association.tenancy import current_association_id


class PersonBackend(AuthenticationBackend):
    """Who is signed in: inside an association the person comes with the appointments there."""

    def get_user(self, user_id: int) -> User | None:
        if selected_association_id() is None:
            return cast("User | None", super().get_user(user_id))
        person = person_with_roles(user_id)
        return person if person is not None and self.user_can_authenticate(person) else None


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from appointments, never from a sign-up page."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The desk of the association where the person signed in, or the platform's page."""
        return reverse("desk") if getattr(request, "association", None) else "/"

    def get_logout_redirect_url(self, _request: HttpRequest) -> str:
        return reverse("home")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second factor proves it by that: a password alone may be the stolen one."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        by_factor = [method for method in methods if method["id"] != "reauthenticate"]
        return by_factor or methods

    def clean_email(self, email: str) -> str:
        return super().clean_email(email).lower()

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """People have no user name: the address signs in."""


def send_password_link(*, user_id: int) -> None:
    """设置密码: the link of allauth's password reset, for somebody who was just registered. At least once.

    The key is made here and now: no row of the outbox ever holds one.
    """
    user = User.objects.get(pk=user_id)
    if not user.is_active or user.has_usable_password():
        return
    association = Association.objects.get(pk=current_association_id())
    link = path_to(
        "account_reset_password_from_key", user_pk_to_url_str(user), default_token_generator.make_token(user)
    )
    body = _(
        "%(name)s，您好：\n%(association)s为您建立了账号。请打开下面的链接设置密码，链接三天内有效。\n\n%(link)s"
    ) % {
        "name": user.name,
        "association": association.name,
        "link": absolute(link),
    }
    EmailMessage(_("请设置您的登录密码"), body, settings.DEFAULT_FROM_EMAIL, [user.email]).send()
