from typing import Any

import yaml
from django.core.management.base import BaseCommand

from disclosure.api.schema import openapi


class Command(BaseCommand):
    help = "Print the OpenAPI document of API v1, as committed in docs/api/schema.yml."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(
            yaml.safe_dump(openapi(), allow_unicode=True, sort_keys=False, width=110), ending=""
        )
