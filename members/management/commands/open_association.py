"""Opens an association: its address, its rules and its first people. Run on the machine, in production too."""

from argparse import ArgumentParser, ArgumentTypeError
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from association.choices import Accent
from common.errors import InvalidInput
from members.operations import open_association


def person(text: str) -> tuple[str, str]:
    """``姓名 <mail@example.org>``."""
    name, address = parseaddr(text)
    if not name or not address:
        raise ArgumentTypeError("write it as: 姓名 <mail@example.org>")
    return name, address


class Command(BaseCommand):
    help = "开通协会：网址、默认规则和首批人员；首批人员收到设置密码的邮件"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="its part of the address: https://portal.example.org/<slug>/")
        parser.add_argument("--name", required=True, help="名称, as registered")
        parser.add_argument("--short-name", required=True, help="简称, at most 30 characters")
        parser.add_argument("--region", required=True, help="six digits of GB/T 2260, such as 110105")
        parser.add_argument("--secretary", required=True, type=person, help="秘书处: 姓名 <mail address>")
        parser.add_argument("--chair", type=person, help="评定委员会主任; 秘书处 confirms the appointment")
        parser.add_argument("--host", default="", help="a host name of its own; must be in ALLOWED_HOSTS")
        parser.add_argument("--parent", default="", help="slug of the association it is a branch of")
        parser.add_argument("--name-en", default="")
        parser.add_argument("--supervising-unit", default="", help="业务主管单位")
        parser.add_argument("--registration-authority", default="", help="登记管理机关")
        parser.add_argument("--accent", default=Accent.AZURITE.value, choices=Accent.values)

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["host"] and options["host"] not in settings.ALLOWED_HOSTS:
            raise CommandError(f"{options['host']} is not in ALLOWED_HOSTS")
        names = (
            "slug",
            "name",
            "short_name",
            "name_en",
            "supervising_unit",
            "registration_authority",
            "accent",
        )
        try:
            association = open_association(
                secretary=options["secretary"],
                chair=options["chair"],
                host=options["host"],
                parent=options["parent"],
                region_id=options["region"],
                **{name: options[name] for name in names},
            )
        except InvalidInput as wrong:
            raise CommandError(str(wrong.sentence)) from wrong
        place = options["host"] or f"{settings.SHARED_HOST}/{association.slug}"
        self.stdout.write(
            f"https://{place}/  ({association.name}): the first people get a mail to set a password"
        )
