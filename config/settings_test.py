"""Differences under test: the demo's switches on, files and mail in memory or in a temporary folder."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-0123456789-0123456789-0123456789")
os.environ.setdefault("DATA_KEYS", "only-for-tests-9876543210-9876543210-9876543210-9876543210")
os.environ.setdefault("PUBLICATION_KEYS", "only-for-tests-5555555555-5555555555-5555555555-5555555555")
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1,own.example")
os.environ.setdefault("SHARED_HOST", "testserver")
os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("DATABASE_URL", "postgres://portal_app@127.0.0.1/portal")
os.environ.setdefault("DATABASE_PUBLIC_URL", "postgres://portal_public@127.0.0.1/portal")
os.environ.setdefault("DATABASE_OWNER_URL", "postgres://portal_owner@127.0.0.1/portal")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")

from config.settings import *  # noqa: F403

PORTAL_DEMO = True
PORTAL_SKIP_SECOND_FACTOR = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="portal-media-"))
# Nothing is collected for tests, but the folder has to be there.
STATIC_ROOT = Path(tempfile.mkdtemp(prefix="portal-static-"))
