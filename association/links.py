"""Addresses for mails and printed codes: absolute, on the association's own host or under its path."""

from django.conf import settings
from django.urls import reverse
from django.urls.base import get_script_prefix, set_script_prefix

from association.models import Association, AssociationHost
from association.tenancy import current_association_id


def base_url() -> str:
    """``https://own.host`` or ``https://shared.host/slug``, without a slash at the end."""
    association_id = current_association_id()
    host = (
        AssociationHost.objects.filter(association_id=association_id).values_list("host", flat=True).first()
    )
    if host:
        return f"{settings.SITE_SCHEME}://{host}{settings.SITE_PORT}"
    slug = Association.objects.values_list("slug", flat=True).get(pk=association_id)
    return f"{platform_url()}/{slug}"


def platform_url() -> str:
    """The shared host, without a slash at the end."""
    return f"{settings.SITE_SCHEME}://{settings.SHARED_HOST}{settings.SITE_PORT}"


def absolute(path: str) -> str:
    """``path`` is relative to the mount, as ``path_to`` makes it."""
    return f"{base_url()}{path}"


def path_to(name: str, *args: object) -> str:
    """The address of a page relative to the association's mount, whatever the running request's prefix is."""
    prefix = get_script_prefix()
    set_script_prefix("/")
    try:
        return reverse(name, urlconf=settings.ASSOCIATION_URLCONF, args=args)
    finally:
        set_script_prefix(prefix)
