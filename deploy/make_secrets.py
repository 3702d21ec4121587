# ruff: noqa: INP001 - a script for the machine outside the containers, not a package
"""Make the secret files of docker-compose.yml: ``python3 deploy/make_secrets.py secrets``. Standard library only.

Files that exist stay as they are. Containers run under other accounts than yours, so the files are readable and
the folder is not: keep it on this machine and in your safe, nowhere else.
"""

import secrets
import sys
from pathlib import Path

ROLES = {
    "database_url": "portal_app",
    "database_public_url": "portal_public",
    "database_owner_url": "portal_owner",
    "database_backup_url": "portal_backup",
}
# A folder of before there were these gets them.
MADE_LATER = {"email_password", "publication_keys"}
# The same rights as in config/embedded.py; a test compares them.
VALKEY_RIGHTS = "~* &* +@all -@admin -@dangerous +info"


def password() -> str:
    return secrets.token_urlsafe(36)


def contents() -> dict[str, str]:
    superuser, queue = password(), password()
    made = {name: f"postgresql://{role}:{password()}@postgres:5432/portal" for name, role in ROLES.items()}
    return made | {
        "database_superuser_url": f"postgresql://postgres:{superuser}@postgres:5432/postgres",
        "postgres_password": superuser,
        "redis_url": f"redis://portal:{queue}@valkey:6379/0",
        "valkey_users.acl": f"user default off\nuser portal on >{queue} {VALKEY_RIGHTS}\n",
        "secret_key": password() + password(),
        "data_keys": password() + password(),
        "publication_keys": password() + password(),
        "email_password": "",
    }


def main(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    present = {path.name for path in folder.iterdir()}
    made = contents()
    if present & made.keys() - MADE_LATER:
        missing = made.keys() - present
        if missing - MADE_LATER:
            raise SystemExit(
                f"{folder} is half filled, {', '.join(sorted(missing))} missing: restore or empty it"
            )
        if not missing:
            raise SystemExit(f"{folder} is complete already; nothing changed")
    for name, content in made.items():
        path = folder / name
        if not path.exists():
            path.write_text(content)
            path.chmod(0o444)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "secrets"))
