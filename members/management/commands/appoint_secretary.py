"""Names a new secretary where an association has none left, or none who can sign in. Run on the machine, in production too."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import DomainError
from members.management.commands.open_association import person
from members.operations import appoint_secretary


class Command(BaseCommand):
    help = "为没有秘书处人员、或其人员不能登录的协会登记一名秘书处人员；该协会所有任职人员都会收到通知"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--secretary", required=True, type=person, help="秘书处: 姓名 <mail address>")
        parser.add_argument(
            "--chair", type=person, help="评定委员会主任; somebody of 秘书处 confirms the appointment"
        )
        parser.add_argument(
            "--grounds",
            required=True,
            help="on whose word, such as a decision of the council; everybody is told",
        )

    def handle(self, *_args: Any, slug: str, **options: Any) -> None:
        try:
            named = {key: options[key] for key in ("secretary", "chair", "grounds")}
            row = appoint_secretary(slug=slug, **named)
        except DomainError as wrong:
            raise CommandError(str(wrong.sentence)) from wrong
        self.stdout.write(
            f"{slug}: {row.name} is of the secretariat from {row.from_on}; everybody there is told"
        )
