"""What our sign-in does differently from allauth's default."""

import secrets
from base64 import b64decode, b64encode
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import ResetPasswordForm, default_token_generator
from allauth.account.utils import filter_users_by_email, user_pk_to_url_str
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from association.actors import person_with_roles
from association.links import absolute, path_to, platform_url
from association.mails import link_ends, name_of_sender, send_mail, sender
from association.models import Association, User
from association.outbox import enqueue
from association.scope import selected_association_id
from association.tenancy import current_association_id
from common.sealing import seal, unseal


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

    def get_from_email(self) -> str:
        return sender(name_of_sender(at_platform=selected_association_id() is None))

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """People have no user name: the address signs in."""


class ResetForm(ResetPasswordForm):
    """重设密码: nothing is looked up and nothing is sent while the person waits, so that time tells nothing either."""

    def clean_email(self) -> str:
        return AccountAdapter().clean_email(str(self.cleaned_data["email"]))

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """One row of the outbox, whoever was asked for; the address stands in it sealed."""
        email = str(self.cleaned_data["email"])
        inside = selected_association_id()
        carried_by = inside or Association.objects.filter(is_open=True).values_list("pk", flat=True).first()
        if carried_by is not None:
            box = seal(email.encode(), settings.DATA_KEYS, RESET)
            enqueue(
                "association.send_reset_link",
                key=f"reset-{secrets.token_hex(16)}",
                association_id=carried_by,
                box=b64encode(box).decode(),
                at_platform=inside is None,
                language=get_language(),
            )
        return email


RESET = b"association.reset"


def send_reset_link(*, box: str, at_platform: bool, language: str = settings.LANGUAGE_CODE) -> None:
    """重设密码 for whoever has this address and may sign in; for anybody else nothing happens. At least once.

    ``language``: of the page on which it was asked for.
    """
    email = unseal(b64decode(box), settings.DATA_KEYS, RESET).decode()
    for user in filter_users_by_email(email, is_active=True, prefer_verified=True):
        with override(language):
            _send_reset_link(user, at_platform=at_platform)


def _send_reset_link(user: User, *, at_platform: bool) -> None:
    path = _key_path(user)
    link = f"{platform_url()}{path}" if at_platform else absolute(path)
    body = _(
        "您好：\n\n有人在%(place)s申请重设您账号的密码。如果是您本人，请打开下面的链接设置新密码；"
        "链接只能用一次，%(until)s（北京时间）以后作废。\n\n"
        "%(link)s\n\n如果不是您本人，不必理会，您的密码没有变化。我们不会索要您的密码或验证码。"
    ) % {
        "link": link,
        "until": link_ends(),
        "place": name_of_sender(at_platform=at_platform),
    }
    send_mail(user.email, _("重设密码的链接"), body, at_platform=at_platform)


def _key_path(user: User) -> str:
    """The key is made when the mail is sent: no row of the outbox ever holds one."""
    uid, token = user_pk_to_url_str(user), default_token_generator.make_token(user)
    return path_to("account_reset_password_from_key", uid, token)


def send_password_link(*, user_id: int) -> None:
    """设置密码: the link of allauth's password reset, for somebody who was just registered. At least once."""
    user = User.objects.get(pk=user_id)
    if not user.is_active or user.has_usable_password():
        return
    association = Association.objects.get(pk=current_association_id())
    body = _(
        "%(name)s，您好：\n%(association)s为您建立了账号。请打开下面的链接设置密码；链接只能用一次，"
        "%(until)s（北京时间）以后作废。过期的，请在登录页面选“忘记密码”。\n\n%(link)s"
    ) % {
        "name": user.name,
        "association": association.name,
        "until": link_ends(),
        "link": absolute(_key_path(user)),
    }
    send_mail(user.email, _("请设置您的登录密码"), body)
