"""Prints the addresses and accounts of the demo."""

import os
from typing import Any

from django.core.management.base import BaseCommand

from disclosure.management.demo.people import PASSWORD, PEOPLE


class Command(BaseCommand):
    help = "演示地址与账号"

    def handle(self, *args: Any, **options: Any) -> None:
        base = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
        own = base.replace("127.0.0.1", "localhost")
        lines = [
            f"平台首页            {base}/",
            f"朝阳培训促进会      {base}/chaoyang/   （登录 {base}/chaoyang/accounts/login/）",
            f"专技类培委会        {base}/beijing-pwh/   独立域名 {own}/",
            "",
            f"演示账号（口令都是 {PASSWORD}，两个协会通用）",
        ]
        lines += [f"  {person.email:<26}{person.role.label}\t{person.finds}" for person in PEOPLE]
        self.stdout.write("\n".join(lines))
