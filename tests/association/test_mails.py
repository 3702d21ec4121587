"""邮件: whoever serves two associations sees from the mail itself which one writes."""

from datetime import timedelta
from email.header import decode_header, make_header
from smtplib import quoteaddr

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.message import sanitize_address
from django.utils.translation import override

from association import clock
from association.accounts import AccountAdapter, send_password_link
from association.mails import link_ends, send_mail
from association.moments import in_words, minute
from association.tenancy import acting_for
from config.home import PROJECT
from tests.factories.people import make_association, make_user

pytestmark = pytest.mark.django_db


def sent_from(message):
    return str(make_header(decode_header(message.message()["From"])))


@pytest.mark.parametrize("name", ["演示促进会", "演示市职业培训促进会" * 8, '演示, "甲" <乙>协会'])
def test_the_sender_and_the_last_line_name_the_association(name):
    association = make_association("first", name=name)
    with acting_for(association.pk):
        send_mail("a@example.org", "题", "文")
        assert AccountAdapter().get_from_email() == mail.outbox[0].from_email
    (message,) = mail.outbox
    assert sent_from(message) == f"{name} <{settings.DEFAULT_FROM_EMAIL}>"
    assert f"本邮件由{name}（http" in message.body.splitlines()[-1]
    assert message.body.splitlines()[-1].endswith("/first/）自动发出，请勿直接回复。")
    envelope = sanitize_address(message.from_email, "utf-8")
    assert quoteaddr(envelope) == f"<{settings.DEFAULT_FROM_EMAIL}>"


def test_two_associations_write_under_two_names():
    for slug in ("first", "second"):
        with acting_for(make_association(slug, name=f"演示{slug}").pk):
            send_mail("a@example.org", "题", "文")
    assert [sent_from(one).split(" <")[0] for one in mail.outbox] == ["演示first", "演示second"]
    assert "second" not in mail.outbox[0].body


def test_an_english_mail_says_the_english_name():
    with acting_for(make_association("first", name_en="Demo Association").pk), override("en"):
        send_mail("a@example.org", "s", "t")
    assert sent_from(mail.outbox[0]).startswith('"Demo Association" <')
    assert "Demo Association" in mail.outbox[0].body


def test_the_platform_writes_under_its_own_name():
    with acting_for(make_association("first").pk):
        send_mail("a@example.org", "题", "文", at_platform=True)
    assert sent_from(mail.outbox[0]).startswith("培训行业协会门户 <")
    assert "/first/" not in mail.outbox[0].body


def test_a_link_to_set_a_password_says_until_when_it_works():
    with acting_for(make_association("first").pk):
        before = clock.now()
        send_password_link(user_id=make_user().pk)
        ends = [in_words(moment + LIVES) for moment in (before, clock.now())]
        with override("en"):
            assert link_ends() in {minute(moment + LIVES) for moment in (before, clock.now())}
    assert any(f"{end}（北京时间）以后作废" in mail.outbox[0].body for end in ends)


LIVES = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def test_there_is_one_place_that_sends():
    """Every other module goes through it."""
    apps = [path.parent for path in PROJECT.glob("*/apps.py")]
    files = [path for app in apps for path in app.rglob("*.py") if IMPORT in path.read_text("utf-8")]
    assert [path.relative_to(PROJECT).as_posix() for path in files] == ["association/mails.py"]


IMPORT = "from django.core.mail import"
