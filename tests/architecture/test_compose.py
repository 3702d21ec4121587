"""docker-compose.yml, Dockerfile and Procfile agree with each other and with the code; no engine is needed."""

import ast
import re
import shlex
import shutil
import subprocess
import sys

import pytest
import yaml
from django.core.management import get_commands
from django.urls import resolve
from granian.cli import cli as granian
from honcho.environ import parse_procfile

from config.embedded import VALKEY_SETTINGS
from config.home import PROJECT
from config.roles import URL_VARIABLES

COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
PROCFILE = parse_procfile((PROJECT / "Procfile").read_text()).processes
DOCKERFILE = (PROJECT / "Dockerfile").read_text()
CADDYFILE = (PROJECT / "deploy" / "Caddyfile").read_text()
GUIDE = (PROJECT / "docs" / "how-to" / "deploy.md").read_text()
IGNORED = (PROJECT / ".dockerignore").read_text().split()
READERS = {"text", "flag", "number", "words"}
OURS = sorted(name for name, service in SERVICES.items() if service["image"] == "training-association-portal")


def variables_the_code_reads():
    """The first argument of every call of the readers in ``config/environment.py``."""
    names = set(URL_VARIABLES.values())
    for path in (PROJECT / "config").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in READERS:
                names |= {argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant)}
    return names


def variables_of_the_server():
    return {f"GRANIAN_{parameter.name.upper()}" for parameter in granian.params}


def without_file(name):
    return name.removesuffix("_FILE")


def test_processes_are_those_of_the_procfile():
    assert {name: SERVICES[name]["command"] for name in PROCFILE} == PROCFILE


def test_image_starts_the_web_process_by_default():
    command = re.search(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)[1]
    assert shlex.join(ast.literal_eval(command)) == PROCFILE["web"]


@pytest.mark.parametrize("service", OURS)
def test_variables_are_those_that_the_code_reads(service):
    given = {without_file(name) for name in SERVICES[service]["environment"]}
    known = variables_the_code_reads() | variables_of_the_server()
    assert given - known == set()


def test_every_process_gets_what_it_cannot_start_without():
    needed = {
        "SECRET_KEY",
        "DATA_KEYS",
        "DATABASE_URL",
        "DATABASE_PUBLIC_URL",
        "REDIS_URL",
        "ALLOWED_HOSTS",
        "SHARED_HOST",
    }
    for name in PROCFILE:
        assert needed <= {without_file(variable) for variable in SERVICES[name]["environment"]}, name


def test_only_migrations_hold_the_owners_address():
    holders = {name for name in OURS if "DATABASE_OWNER_URL_FILE" in SERVICES[name]["environment"]}
    assert holders == {"roles", "migrate", "backup"}
    assert "DATABASE_SUPERUSER_URL_FILE" in SERVICES["roles"]["environment"]
    assert [name for name in OURS if "database_superuser_url" in SERVICES[name]["secrets"]] == ["roles"]


@pytest.mark.parametrize("service", SERVICES)
def test_secrets_come_from_files_and_every_file_is_there(service):
    environment = SERVICES[service].get("environment", {})
    secret_words = re.compile("KEYS?|PASSWORD|DATABASE|REDIS")
    bare = [name for name in environment if secret_words.search(name) and not name.endswith("_FILE")]
    assert bare == []
    read = {
        value.removeprefix("/run/secrets/") for name, value in environment.items() if name.endswith("_FILE")
    }
    granted = set(SERVICES[service].get("secrets", []))
    assert read <= granted
    assert granted <= set(COMPOSE["secrets"])


def test_secrets_are_made_whole_and_only_once(tmp_path):
    make = [sys.executable, str(PROJECT / "deploy" / "make_secrets.py"), str(tmp_path / "secrets")]
    subprocess.run(make, check=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert made.keys() == COMPOSE["secrets"].keys()
    assert {file["file"] for file in COMPOSE["secrets"].values()} == {f"./secrets/{name}" for name in made}
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    again = subprocess.run(make, check=False, capture_output=True)
    assert again.returncode == 1
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made


def test_queue_rights_are_the_same_as_in_the_demo(tmp_path):
    subprocess.run(
        [sys.executable, str(PROJECT / "deploy" / "make_secrets.py"), str(tmp_path / "s")], check=True
    )
    made = (tmp_path / "s" / "valkey_users.acl").read_text()
    demo = [line for line in VALKEY_SETTINGS.splitlines() if line.startswith("user ")]
    password = re.search(">([^ ]+)", made)[1]
    assert made.splitlines() == [line.format(password=password, more="") for line in demo]


def test_queue_settings_are_the_same_as_in_the_demo():
    production = set((PROJECT / "deploy" / "valkey.conf").read_text().splitlines())
    assert {"appendonly yes", "appendfsync everysec", "maxmemory-policy noeviction"} <= production
    assert {"appendonly yes", "appendfsync everysec", "maxmemory-policy noeviction"} <= set(
        VALKEY_SETTINGS.splitlines()
    )


def test_only_the_proxy_is_reachable_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == ["proxy"]


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_runs_as_root_or_writes_its_own_files(service):
    assert int(SERVICES[service]["user"].partition(":")[0]) > 0
    assert SERVICES[service]["read_only"] is True
    assert SERVICES[service]["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("service", ["proxy", "web", "worker", "postgres", "valkey"])
def test_servers_have_a_health_check(service):
    assert SERVICES[service]["healthcheck"]["test"]


def test_health_paths_are_addresses_of_the_portal():
    web = SERVICES["web"]["healthcheck"]["test"]
    assert web[:4] == ["CMD", "python", "-m", "config.probe"]
    asked = {web[4], *re.findall(r"health_uri (\S+)", CADDYFILE)}
    asked |= {re.sub(r"^http://[^/]+", "", word) for word in SERVICES["proxy"]["healthcheck"]["test"][-1:]}
    assert asked == {"/healthz"}
    for path in [*asked, "/readyz"]:
        assert resolve(path, urlconf="config.urls").url_name == path.strip("/")


def test_proxy_speaks_to_the_port_of_the_server():
    port = SERVICES["web"]["environment"]["GRANIAN_PORT"]
    assert set(re.findall(r"reverse_proxy web:(\d+)", CADDYFILE)) == {port}
    assert f"EXPOSE {port}" in DOCKERFILE


def test_proxy_knows_its_variables():
    assert set(re.findall(r"{\$(\w+)}", CADDYFILE)) == {"SHARED_HOST", "PROXY_HOSTS"}
    assert {"SHARED_HOST", "PROXY_HOSTS"} <= SERVICES["proxy"]["environment"].keys()


@pytest.mark.parametrize("service", [*OURS])
def test_management_commands_exist(service):
    wanted = re.findall(r"manage\.py (\w+)", SERVICES[service]["command"])
    assert [name for name in wanted if name not in get_commands()] == []


def test_image_installs_the_lock_with_hashes_and_the_packages_of_run():
    assert "--require-hashes -r /tmp/requirements.lock" in DOCKERFILE
    packages = re.search(r'^fonts_and_pango="(.+)"$', (PROJECT / "run").read_text(), re.MULTILINE)[1]
    assert f"--no-install-recommends {packages} \\\n" in DOCKERFILE
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)


def test_static_files_are_collected_with_the_environment_of_the_image(tmp_path):
    """The image's own line, in an environment that holds nothing else."""
    line = re.search(r"^RUN (\w+=.+?[^\\])$", DOCKERFILE, re.MULTILINE | re.DOTALL)[1].replace("\\\n", " ")
    words = shlex.split(line)
    given = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
    assert words[len(given) :] == ["python", "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    image = tmp_path / "portal"
    untouched = shutil.ignore_patterns(*IGNORED, "tests", "bench", "docs", "reference")
    shutil.copytree(PROJECT, image, ignore=untouched)
    done = subprocess.run(
        [sys.executable, *words[len(given) + 1 :]],
        cwd=image,
        env=given,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (image / "staticfiles" / "staticfiles.json").exists()


def test_image_does_not_take_secrets_or_data_along():
    assert {".git", ".env", ".venv", ".portal", "secrets", "media"} <= set(IGNORED)


def test_guide_names_every_variable():
    named = set(re.findall(r"`([A-Z][A-Z_]+)`", GUIDE))
    assert variables_the_code_reads() - named == set()


def test_guide_covers_every_service_and_secret():
    for name in [*SERVICES, *COMPOSE["secrets"]]:
        assert f"`{name}`" in GUIDE, name


# What the images of others prepare for their own account (uid 999 in both).
PREPARED_BY_OTHERS = {"postgres:18": {"/var/lib/postgresql"}, "valkey/valkey:9": {"/data"}}


def prepared(service):
    """Folders that the image hands to the account of the service; a new volume takes their owner."""
    if "build" not in service:
        return PREPARED_BY_OTHERS[service["image"]]
    build = service["build"]
    path = PROJECT / (build if isinstance(build, str) else f"{build['context']}/{build['dockerfile']}")
    text = (path / "Dockerfile" if path.is_dir() else path).read_text()
    folders = re.findall(
        r"install -d -o (?:portal|10001) -g (?:portal|10001) -m 0700 (.+)$", text, re.MULTILINE
    )
    return {folder for line in folders for folder in line.split()}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_volume_can_be_written_by_the_account_of_its_service(name):
    service = SERVICES[name]
    mounts = [mount.split(":") for mount in service.get("volumes", ())]
    kept = {path for volume, path, *_mode in mounts if volume in COMPOSE["volumes"]}
    assert kept <= (prepared(service) if kept else set())


def test_each_backup_has_a_folder_of_its_own():
    assert "--dated" in SERVICES["backup"]["command"].split()
