"""One schema, several roles: every alias is the same database, so migrations run once, as its owner."""

from typing import Any


class OneSchema:
    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return db == "owner"

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool | None:
        return True
