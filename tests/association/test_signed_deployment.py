"""Deployment wants a key for the publication log, and folders of secrets of before get one."""

import subprocess
import sys

import pytest

from association.checks import log_is_signed
from common import signing
from config.home import PROJECT


@pytest.mark.parametrize(
    ("secrets", "wrong"), [([], 1), (["short"], 1), (["long enough " * 4], 0), (["long enough " * 4, "x"], 1)]
)
def test_check_deploy_demands_a_key(settings, secrets, wrong):
    settings.PUBLICATION_KEYS = secrets
    assert [error.id for error in log_is_signed()] == ["portal.E002"] * wrong


def test_a_folder_of_before_gets_the_key_and_keeps_the_rest(tmp_path):
    def made():
        command = [sys.executable, PROJECT / "deploy/make_secrets.py", tmp_path]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    assert made().returncode == 0
    before = (tmp_path / "secret_key").read_text()
    (tmp_path / "publication_keys").unlink()
    assert made().returncode == 0
    assert (tmp_path / "publication_keys").read_text()
    assert (tmp_path / "secret_key").read_text() == before
    assert "complete already" in made().stderr


def test_signatures_hold_for_one_text_and_one_key():
    secret, other = "a long secret " * 4, "another secret " * 4
    public = signing.public_key(secret)
    signature = signing.sign(secret, "公布")
    assert signing.is_signed(public, "公布", signature)
    assert not signing.is_signed(public, "公示", signature)
    assert not signing.is_signed(signing.public_key(other), "公布", signature)
    assert not signing.is_signed("zz", "公布", signature)
    with pytest.raises(ValueError, match="32"):
        signing.sign("short", "公布")
