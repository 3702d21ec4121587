"""Removes the second factor of one account whose owner lost phone and recovery codes. Run on the machine, in production too."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from association.lost_factor import reset_second_factor
from common.errors import DomainError


class Command(BaseCommand):
    help = "移除一个账号的第二因素并退出其所有登录；先另行核实来人就是本人"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the mail address that signs in")
        parser.add_argument("--grounds", default="", help="how the person was recognised; kept in the trail")

    def handle(self, *_args: Any, address: str, grounds: str, **_options: Any) -> None:
        try:
            places = reset_second_factor(email=address, grounds=grounds)
        except DomainError as wrong:
            raise CommandError(str(wrong.sentence)) from wrong
        told = ", ".join(place.slug for place in places)
        self.stdout.write(f"removed; the person and the secretariat are told in: {told}")
