"""Where the benchmarks work: servers of their own in a temporary folder, a migrated database to copy."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from config import roles
from config.embedded import DATABASE, Servers
from config.home import HOST, PROJECT

LIKE_PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "bench.settings",
    "DEBUG": "",
    "PORTAL_DEMO": "",
    "PORTAL_SKIP_SECOND_FACTOR": "",
    "ALLOWED_HOSTS": HOST,
    "SHARED_HOST": HOST,
    "TRUSTED_PROXY_COUNT": "1",
    "PUBLIC_PER_MINUTE": "1000000000",
    "LOG_LEVEL": "WARNING",
    "GRANIAN_LOG_LEVEL": "warning",
}
# What the surroundings may say about another portal is not for us.
FOREIGN = (
    "DATABASE",
    "REDIS",
    "PORTAL",
    "SECRET_KEY",
    "DATA_KEYS",
    "PUBLICATION_KEYS",
    "MEDIA_ROOT",
    "SESSION",
    "CSRF",
    "GRANIAN",
    "PORT",
)


class Place:
    """One temporary folder with PostgreSQL and Valkey; databases by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers = Servers(folder)

    def environment(self, database: str = DATABASE) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return clean | self.servers.environment(database) | LIKE_PRODUCTION | {"BENCH_HOME": str(self.folder)}

    def prepare(self) -> None:
        self.servers.start()
        self.run("django", "migrate", "--database", "owner", "--verbosity", "0")
        self.run("django", "load_reference_data")
        self.run("django", "collectstatic", "--noinput", "--verbosity", "0")

    def copy(self, name: str, template: str = DATABASE) -> str:
        with closing(roles.connect(self.servers.superuser_dsn())) as session:
            roles.make_database(session, name, template)
        return name

    def drop(self, name: str) -> None:
        with closing(roles.connect(self.servers.superuser_dsn())) as session, session.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def superuser_dsn(self, name: str) -> str:
        return self.servers.dsn("postgres", name)

    def run(self, module: str, *arguments: str, database: str = DATABASE) -> str:
        """A program of ours in a process of its own, as it would run in production; what it printed."""
        result = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=PROJECT,
            env=self.environment(database),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return result.stdout


@contextmanager
def temporary_place() -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    folder.chmod(0o711)  # PostgreSQL does not run as root; its account must come through
    place = Place(folder)
    try:
        place.prepare()
        yield place
    finally:
        place.servers.reset()
        shutil.rmtree(folder)
