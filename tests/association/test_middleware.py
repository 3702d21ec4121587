"""From an address to an association: by path and by its own host, with the scope over the whole answer."""

import re

import pytest
from django.conf import settings
from django.core import mail
from django.http import HttpResponse
from django.test import override_settings
from django.urls import get_script_prefix, include, path, reverse

from association import tasks
from association.actors import system
from association.audit import record
from association.choices import Role
from association.links import absolute, path_to
from association.models import AssociationHost, AuditEntry, OutboxJob
from association.scope import NOBODY, selected
from association.tenancy import acting_for
from common.errors import NotFound, Refused
from members.access import institutions_visible_to
from tests.factories.people import actor_with, appoint, make_association, make_institution, make_user

pytestmark = pytest.mark.django_db
OWN_HOST = "own.example"


# -- a few pages of our own, inside any association -----------------------------------------------------------


def names(request):
    rows = institutions_visible_to(system(request.association.pk)).order_by("pk")
    return HttpResponse(" ".join(row.name for row in rows), content_type="text/plain")


def write(request, status):
    record(system(request.association.pk), "write", None)
    return HttpResponse(status=status)


def raises(request, kind):
    record(system(request.association.pk), "write", None)
    raise {"refused": Refused("不行"), "missing": NotFound("没有"), "broken": ZeroDivisionError}[kind]


def lazy(request):
    """Rendered after the view returned, as the admin and the API do it."""
    from django.template.response import TemplateResponse

    return TemplateResponse(request, "errors/404.html", {"sentence": institutions_visible_to(system(0))})


urlpatterns = [
    path("names/", names, name="names"),
    path("write/<int:status>/", write, name="write"),
    path("raises/<str:kind>/", raises, name="raises"),
    path("lazy/", lazy, name="lazy"),
    path("", include("config.urls_association")),
]
handler400 = "association.answers.bad_request"
handler403 = "association.answers.permission_denied"
handler404 = "association.answers.not_found"
handler500 = "association.answers.server_error"
ours = override_settings(ASSOCIATION_URLCONF=__name__)


@pytest.fixture
def association():
    association = make_association("first")
    with acting_for(association.pk):
        make_institution("甲校")
    return association


@pytest.fixture
def own(association):
    """The same association, reached by its own host."""
    AssociationHost.objects.create(association=association, host=OWN_HOST)
    return association


@pytest.fixture
def neighbour():
    neighbour = make_association("second")
    with acting_for(neighbour.pk):
        make_institution("乙校")
    return neighbour


@pytest.fixture
def staff(association):
    user = make_user(email="staff@example.org")
    user.set_password("a long enough password")
    user.save()
    with acting_for(association.pk):
        appoint(user, Role.SECRETARIAT)
    return user


MOUNTS = [("testserver", "/first"), (OWN_HOST, "")]
both_mounts = pytest.mark.parametrize(("host", "mount"), MOUNTS, ids=["path", "host"])


# -- finding the association ----------------------------------------------------------------------------------


@ours
@both_mounts
def test_page_is_served_in_the_association(client, own, neighbour, host, mount):
    assert client.get(f"{mount}/names/", headers={"host": host}).content.decode() == "甲校"


@both_mounts
def test_addresses_carry_the_mount(client, own, public_sees_default, host, mount):
    page = client.get(f"{mount}/", headers={"host": host})
    assert page.status_code == 200
    links = set(re.findall(r'href="(/[^"#?]*)"', page.content.decode()))
    inside = {link for link in links if not link.startswith(("/static/", "/i18n/"))}
    assert inside
    assert {link for link in inside if not link.startswith(f"{mount}/")} == set()


@pytest.mark.parametrize("address", ["/nobody/", "/nobody/desk/", "/NOBODY/", "/first-not/"])
def test_unknown_association_is_not_found(client, association, address):
    assert client.get(address).status_code == 404


def test_closed_association_is_not_found(client, association):
    type(association).objects.update(is_open=False)
    assert client.get("/first/").status_code == 404


def test_unknown_host_is_refused_by_the_list_of_hosts(client, association):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_own_host_does_not_mount_others_by_path(client, own, neighbour):
    assert client.get("/second/", headers={"host": OWN_HOST}).status_code == 404


def test_missing_slash_behind_the_association_is_added(client, association):
    response = client.get("/first")
    assert (response.status_code, response["Location"]) == (301, "/first/")


def test_missing_slash_keeps_the_mount_and_the_query(client, association):
    response = client.get("/first/desk?x=1")
    assert (response.status_code, response["Location"]) == (301, "/first/desk/?x=1")


def test_platform_has_its_own_page(client, association):
    assert client.get("/").status_code == 200
    assert client.get("/healthz").content == b"ok"
    AssociationHost.objects.create(association=make_association(), host=OWN_HOST)
    with override_settings(ALLOWED_HOSTS=["testserver", OWN_HOST]):
        assert client.get("/healthz", headers={"host": OWN_HOST}).content == b"ok"
        assert "ready" in client.get("/readyz", headers={"host": OWN_HOST}).json()


@pytest.mark.parametrize("address", ["/healthz", "/static/nothing.css", "/api/nothing/"])
def test_what_names_no_association_begins_no_transaction(client, django_assert_num_queries, address):
    """A process whose database is away still says that it lives."""
    with django_assert_num_queries(0):
        client.get(address)


@ours
@pytest.mark.django_db(transaction=True)
def test_one_statement_finds_the_association_and_opens_its_scope(
    client, association, django_assert_num_queries
):
    with django_assert_num_queries(4):  # BEGIN, the association with its scope, the names, COMMIT
        assert client.get("/first/names/").content.decode() == "甲校"


# -- redirects, sign-in, admin, API, mails --------------------------------------------------------------------


@both_mounts
@pytest.mark.parametrize("place", ["/desk/", "/admin/"])
@pytest.mark.usefixtures("counting")
def test_visitor_is_sent_to_the_sign_in_of_the_same_association_and_back(
    client, own, staff, host, mount, place
):
    sent = client.get(f"{mount}{place}", headers={"host": host})
    if place == "/admin/":  # the admin first goes to its own address for signing in
        sent = client.get(sent["Location"], headers={"host": host})
    assert sent.status_code == 302
    assert sent["Location"] == f"{mount}/accounts/login/?next={mount}{place}"
    form = {"login": staff.email, "password": "a long enough password"}
    signed_in = client.post(sent["Location"], form, headers={"host": host})
    assert (signed_in.status_code, signed_in["Location"]) == (302, f"{mount}{place}")
    assert client.get(f"{mount}{place}", headers={"host": host}).status_code == 200


@both_mounts
@pytest.mark.usefixtures("counting")
def test_sign_in_without_a_wish_leads_to_the_desk_of_the_association(client, own, staff, host, mount):
    form = {"login": staff.email, "password": "a long enough password"}
    response = client.post(f"{mount}/accounts/login/", form, headers={"host": host})
    assert response["Location"] == f"{mount}/desk/"


@both_mounts
@pytest.mark.usefixtures("counting")
def test_sign_in_never_leads_to_another_site(client, own, staff, host, mount):
    form = {"login": staff.email, "password": "a long enough password", "next": "https://evil.example/"}
    response = client.post(f"{mount}/accounts/login/", form, headers={"host": host})
    assert response["Location"] == f"{mount}/desk/"


@both_mounts
def test_sign_out_leads_to_the_home_page_of_the_association(client, own, staff, host, mount):
    client.force_login(staff)
    response = client.post(f"{mount}/accounts/logout/", headers={"host": host})
    assert (response.status_code, response["Location"]) == (302, f"{mount}/")


@both_mounts
def test_admin_links_stay_inside_the_association(client, own, staff, host, mount):
    client.force_login(staff)
    page = client.get(f"{mount}/admin/", headers={"host": host}).content.decode()
    links = set(re.findall(r'href="(/[^"]*admin/[^"]*)"', page))
    assert links
    assert {link for link in links if not link.startswith((f"{mount}/admin/", "/static/"))} == set()


@both_mounts
def test_api_answers_under_the_mount_with_problem_details(client, own, host, mount):
    response = client.get(f"{mount}/api/v1/nothing-here/", headers={"host": host})
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["status"] == 404


@both_mounts
@pytest.mark.usefixtures("counting")
def test_link_in_the_mail_for_a_new_password_names_the_own_host_wherever_it_was_asked(
    client, own, staff, host, mount
):
    client.post(f"{mount}/accounts/password/reset/", {"email": staff.email}, headers={"host": host})
    for job_id in OutboxJob.objects.values_list("pk", flat=True):
        tasks.send_reset_link(job_id)
    (message,) = mail.outbox
    link = re.search(r"https?://\S+", message.body)[0]
    start = f"http://{OWN_HOST}{settings.SITE_PORT}"
    assert link.startswith(f"{start}/accounts/password/reset/key/")
    assert client.get(link.removeprefix(start), headers={"host": OWN_HOST}).status_code == 302


@override_settings(SITE_SCHEME="https", SITE_PORT="")
def test_links_of_notices_name_the_own_host_when_there_is_one(association):
    with acting_for(association.pk):
        assert absolute(path_to("desk")) == f"https://{settings.SHARED_HOST}/first/desk/"
        AssociationHost.objects.create(association=association, host=OWN_HOST)
        assert absolute(path_to("desk")) == f"https://{OWN_HOST}/desk/"


@ours
def test_reverse_inside_a_request_has_the_prefix_and_outside_it_has_not(client, association):
    client.get("/first/names/")
    assert get_script_prefix() == "/"
    assert selected.get() == NOBODY
    assert reverse("home") == "/"


# -- scope and transaction ------------------------------------------------------------------------------------


def written(association):
    with acting_for(association.pk):
        return AuditEntry.objects.filter(action="write").count()


@ours
@pytest.mark.parametrize(
    ("status", "kept"), [(200, 1), (302, 1), (400, 1), (404, 1), (409, 1), (500, 0), (503, 0)]
)
def test_answer_of_the_server_class_rolls_back_and_others_keep(client, association, status, kept):
    assert client.get(f"/first/write/{status}/").status_code == status
    assert written(association) == kept


@ours
@pytest.mark.parametrize(
    ("kind", "status", "kept"), [("refused", 409, 1), ("missing", 404, 1), ("broken", 500, 0)]
)
def test_refusal_is_a_page_and_an_accident_is_rolled_back(client, association, kind, status, kept):
    client.raise_request_exception = False
    response = client.get(f"/first/raises/{kind}/")
    assert response.status_code == status
    assert written(association) == kept
    assert "Traceback" not in response.content.decode()
    assert (get_script_prefix(), selected.get()) == ("/", NOBODY)


@ours
def test_page_rendered_after_the_view_is_still_in_the_scope(client, association):
    assert "甲校" in client.get("/first/lazy/").content.decode()


@ours
@both_mounts
def test_head_is_get_without_a_body(client, own, public_sees_default, host, mount):
    for address in ("/", "/names/"):
        whole = client.get(f"{mount}{address}", headers={"host": host})
        head = client.head(f"{mount}{address}", headers={"host": host})
        assert (head.status_code, head.content) == (whole.status_code, b"")


@ours
def test_two_hundred_requests_in_turn_show_only_their_own_rows(client, association, neighbour):
    for _ in range(100):
        assert client.get("/first/names/").content.decode() == "甲校"
        assert client.get("/second/names/").content.decode() == "乙校"


@ours
@pytest.mark.django_db(transaction=True)
def test_parallel_requests_show_only_their_own_rows(association, neighbour):
    """Four threads, each with its own connection, each asking both associations in turn."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections
    from django.test import Client

    def ask(_number):
        client = Client()
        try:
            return [client.get(f"/{slug}/names/").content.decode() for slug in ("first", "second") * 25]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        for answers in pool.map(ask, range(4)):
            assert answers == ["甲校", "乙校"] * 25


def test_person_of_one_association_is_nobody_in_the_next(client, association, neighbour, staff):
    client.force_login(staff)
    assert client.get("/first/admin/").status_code == 200
    assert client.get("/second/admin/").status_code in {302, 403}
    with acting_for(neighbour.pk):
        assert actor_with(Role.ASSESSOR).association_id == neighbour.pk


@ours
def test_request_id_is_kept_when_clean_and_made_anew_when_not(client, association):
    assert (
        client.get("/first/names/", headers={"x-request-id": "abcdef-123456"})["X-Request-Id"]
        == "abcdef-123456"
    )
    made = client.get("/first/names/", headers={"x-request-id": "<script>"})["X-Request-Id"]
    assert re.fullmatch(r"[0-9a-f]{16}", made)
