"""The matrix of addresses and roles, taken from the resolvers: who is let in, and that nobody else is."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from association.actors import system
from association.choices import INSTITUTION_ROLES, Role
from association.locker import path_of, store_file
from association.models import OutboxJob, User
from association.notices import notify
from association.operations import start_job
from association.originals import request_original
from association.outbox import enqueue
from association.tenancy import acting_for
from complaints.operations import lead_reports
from credit_rating.models import (
    Assessment,
    Assignment,
    Certificate,
    Determination,
    Evidence,
    Indicator,
    Objection,
    Publication,
)
from disclosure.models import RegisterCard
from disclosure.operations import publish_open_data, refresh_register
from prepaid_escrow.operations import save_calculation
from tests.architecture.matrix_cases import accepted_complaint, mass_case_of
from tests.architecture.url_table import (
    EVERYBODY,
    INSIDE,
    PLATFORM,
    PRESSED_BY,
    SECRETARIAT,
    SIGN_IN,
    VISITOR,
    Address,
)
from tests.common.files import picture
from tests.disclosure.material import foreign_result
from tests.factories import corrections, leads, people
from tests.factories.people import actor_with, appoint, make_association, make_institution, make_user
from tests.factories.rating import make_attachment, reviewing_round
from tests.factories.review import proposed_now, review
from tests.members import books, dues, joining, pledges
from tests.prepaid_escrow.test_operations import QUESTION, rate, version

pytestmark = [pytest.mark.django_db, pytest.mark.long]
SENT_AWAY = {403, 404}
SIGN_IN_PLACES = ("/accounts/login/", "/admin/login/")


def named(resolver, names=()):
    """Every named pattern below a resolver, with its namespaces."""
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from named(pattern, (*names, pattern.namespace) if pattern.namespace else names)
        elif pattern.name:
            yield ":".join((*names, pattern.name)), set(pattern.pattern.converters) or groups(pattern)


def groups(pattern):
    return set(getattr(getattr(pattern.pattern, "regex", None), "groupindex", {}))


def addresses():
    """The table for the inside of an association: written by hand, and the lists and pages of the staff desk."""
    table = dict(INSIDE)
    existing = {name for name, _arguments in named(get_resolver("config.urls_association"))}
    for model, desk in admin.site._registry.items():
        label = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        staff = frozenset(desk.open_to)
        table[f"{label}_changelist"] = Address(staff)
        table[f"{label}_change"] = Address(staff, "get", {"object_id": model._meta.label})
        for name, deeds in (("do", desk.deeds), ("do_list", desk.list_deeds)):
            for deed in deeds:
                arguments = {"deed": f"={deed.name}"} | (
                    {"object_id": model._meta.label} if name == "do" else {}
                )
                who = PRESSED_BY.get((model._meta.label, deed.name), SECRETARIAT)
                table[f"{label}_{name}#{deed.name}"] = Address(frozenset(who), "get", arguments)
    return {
        name: address for name, address in table.items() if name in INSIDE or name.split("#")[0] in existing
    }


def test_every_named_address_is_in_the_table():
    inside = {name for name, _arguments in named(get_resolver("config.urls_association"))}
    platform = {name for name, _arguments in named(get_resolver("config.urls"))}
    known = {name.split("#")[0] for name in addresses()}
    assert inside - known == set()
    assert platform - set(PLATFORM) - set(SIGN_IN) == set()
    assert set(INSIDE) - inside == set()


# -- the world ------------------------------------------------------------------------------------------------


def make_world(association):
    """A published round of one institution, its papers, and one person of every role."""
    publish_open_data(actor=system(association.pk))
    told = leads_of()
    institution, assessor = make_institution(), actor_with(Role.ASSESSOR)
    assessment = Assessment.objects.get(round=(round_ := reviewing_round(institutions=[institution])))
    review(assessment, assessor)
    published_of(assessment)
    notify("event", [assessor.user_id], subject="题", body="文")
    enqueue("association.send_notice", key="matrix")
    evidence = Evidence.objects.filter(item__opinion__assessment=assessment).first()
    for attachment in (evidence.attachment, give_certificate(assessment, institution)):
        place = path_of(association.pk, attachment.sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"%PDF-1.7")
    foreign_result(institution)
    refund_papers()
    refresh_register()
    return SimpleNamespace(
        people={role: person(role, institution, assessor) for role in Role} | {VISITOR: None},
        assessment=assessment.pk,
        round=round_.pk,
        year=round_.year,
        standard=round_.standard_id,
        assignment=Assignment.objects.get(assessor_id=assessor.user_id).pk,
        indicator=Indicator.objects.filter(standard_id=round_.standard_id).exclude(method="").first().pk,
        evidence=evidence.pk,
        attachment=evidence.attachment_id,
        job=start_job(actor=actor_with(Role.SECRETARIAT), kind="compute", title="计算", total=1).pk,
        determination=Determination.objects.get(assessment=assessment).pk,
        objection=Objection.objects.get(assessment=assessment).pk,
        **corrections.matrix_of(institution),
        original_request=ask_to_unseal(institution),
        **people.waiting_posts(),
        **accepted_complaint(institution),
        mass_case=mass_case_of(institution),
        order_batch=looked_at_orders(institution),
        publication=Publication.objects.get(assessment=assessment).pk,
        code=Certificate.objects.get().code,
        card=RegisterCard.objects.get(institution_id=institution.pk).uscc,
        **joining.matrix_of(institution),
        **(pledges.matrix_of() | dues.matrix_of()),
        member_book=books.matrix_of(),
        word="abc",
        app="association",
        **told,
        association=association,
        institution=institution,
    )


def refund_papers():
    """A rate and a version that somebody else has yet to confirm, and a calculation kept with a case."""
    clerk = actor_with(Role.SECRETARIAT)
    rate(clerk)
    version(clerk)
    save_calculation(actor=clerk, case_kind="complaint", case_id=7, input=QUESTION)


def leads_of():
    """One that was referred; then, the first in every list, one that nobody is in charge of yet, with a picture."""
    referral, _clerk, _code = leads.referred()
    lead, code = leads.draft()
    upload = SimpleUploadedFile("x.jpg", picture())
    lead_reports.add_lead_evidence(actor=leads.anybody(), code=code, upload=upload)
    lead_reports.submit_lead(actor=leads.anybody(), code=code)
    return {"referral": referral.pk, "referred_lead": referral.lead_id, "new_lead": lead.pk}


def published_of(assessment):
    for _ in range(2):
        review(assessment, actor_with(Role.ASSESSOR))
    from credit_rating import operations
    from tests.factories.review import move_clock

    clerk, chair = actor_with(Role.SECRETARIAT), actor_with(Role.COMMITTEE_CHAIR)
    operations.finish_review(actor=clerk, assessment_id=assessment.pk)
    operations.compute_assessment(actor=clerk, assessment_id=assessment.pk)
    operations.determine(actor=actor_with(Role.COMMITTEE), assessment_id=assessment.pk)
    operations.open_public_notice(actor=clerk, round_id=assessment.round_id)
    own = actor_with(Role.INSTITUTION_ADMIN, assessment.institution)
    objection = operations.file_objection(actor=own, assessment_id=assessment.pk, text="请复核")
    operations.decide_objection(actor=chair, objection_id=objection.pk, upheld=False, decision="已核，维持")
    move_clock(15)
    operations.propose_publication(actor=clerk, round_id=assessment.round_id)
    operations.approve_publication(
        actor=chair, round_id=assessment.round_id, shown=proposed_now(assessment.round_id)
    )


def give_certificate(assessment, institution):
    attachment = make_attachment(institution, name="证书.pdf")
    publication = Publication.objects.get(assessment=assessment)
    changed = Certificate.objects.filter(publication=publication).update(attachment=attachment)
    assert changed == 1
    return attachment


def looked_at_orders(institution):
    """A file with one bad row, which waits for a decision."""
    from complaints.operations import import_orders

    head = "工单编号,来电日期,办理时限,诉求人,联系电话,被反映单位,诉求内容"
    row = f"BJ20260001,2026-03-01,2026-03-11,演示诉求人,没有,{institution.name},停课后不退费"
    data = f"{head}\n{row}\n".encode()
    return import_orders(actor=actor_with(Role.SECRETARIAT), data=data, filename="工单.csv").batch.pk


def ask_to_unseal(institution):
    own = actor_with(Role.INSTITUTION_ADMIN, institution)
    upload = SimpleUploadedFile("现场.jpg", picture())
    attachment = store_file(actor=own, upload=upload, institution_id=institution.pk)
    clerk = actor_with(Role.SECRETARIAT)
    return request_original(actor=clerk, file_id=attachment.pk, reason="核对").pk


def person(role, institution, assessor):
    if role == Role.ASSESSOR:
        return assessor.user_id
    user = make_user()
    appoint(user, role, institution=institution if role in INSTITUTION_ROLES else None)
    return user.pk


@pytest.fixture
def world(public_sees_default):
    association = make_association("first")
    with acting_for(association.pk):
        return make_world(association)


def client_for(user_id):
    client = Client(raise_request_exception=False)
    if user_id:
        client.force_login(User.objects.get(pk=user_id))
    return client


def arguments_of(world, address):
    return {name: argument(world, wanted) for name, wanted in address.arguments.items()}


def argument(world, wanted):
    if wanted.startswith("="):
        return wanted[1:]
    if "." not in wanted:
        return getattr(world, wanted)
    model = apps.get_model(wanted)
    with acting_for(world.association.pk):
        rows = (
            model.objects.all()
            if model is not OutboxJob
            else model.objects.filter(association=world.association)
        )
        return rows.values_list("pk", flat=True).first() or 0


def outcome(client, address, path):
    """The status, and whether the person was let in; whatever was changed is undone."""
    with transaction.atomic():
        response = getattr(client, address.method)(path, address.data)
        transaction.set_rollback(True)
    place = response.headers.get("Location", "")
    away = response.status_code in SENT_AWAY or any(part in place for part in SIGN_IN_PLACES)
    return response.status_code, not away


def path_of_address(name, arguments):
    return reverse(name.split("#")[0], urlconf="config.urls_association", kwargs=arguments)


def has_objects(address):
    return any(
        not wanted.startswith("=") and wanted not in {"word", "app", "year"}
        for wanted in address.arguments.values()
    )


# -- the matrix -----------------------------------------------------------------------------------------------


def test_every_role_opens_what_the_table_says_and_nothing_else(world):
    """One world for all of it: it takes longer to make than to walk through."""
    assert without_a_row(world) == set()
    wrong = by_role(world) | by_strangers(world) | by_neighbours(world)
    assert wrong == {}


def without_a_row(world):
    """Addresses that nobody opens because the world has no such thing."""
    return {name for name, address in addresses().items() if 0 in arguments_of(world, address).values()}


def by_role(world, table=None):
    clients = {role: client_for(user) for role, user in world.people.items()}
    wrong = {}
    for name, address in (table or addresses()).items():
        path = "/first" + path_of_address(name, arguments_of(world, address))
        for role, client in clients.items():
            status, let_in = outcome(client, address, path)
            if status >= 500 or let_in != (role in address.who):
                wrong[f"{name} as {role}"] = status
    return wrong


def test_platform_pages_open_to_everybody(world):
    for name, address in (PLATFORM | SIGN_IN).items():
        path = reverse(name, kwargs=arguments_of(world, address))
        for user_id in (None, world.people[Role.SECRETARIAT]):
            status, _let_in = outcome(client_for(user_id), address, path)
            assert status < 500 or name == "readyz", name  # no relay runs here, and it says so
            if address.who == EVERYBODY:
                assert status not in SENT_AWAY, name


def by_strangers(world):
    """Neighbour institution, unassigned assessor: the same roles, in the same association, without the connection."""
    with acting_for(world.association.pk):
        strangers = [
            actor_with(Role.INSTITUTION_ADMIN),
            actor_with(Role.INSTITUTION_STAFF),
            actor_with(Role.ASSESSOR),
            actor_with(Role.DISTRICT_REVIEWER),
        ]
    let_in = {}
    for actor in strangers:
        client = client_for(actor.user_id)
        for name, address in addresses().items():
            if VISITOR in address.who or not has_objects(address) or is_of_the_role(address):
                continue
            path = "/first" + path_of_address(name, arguments_of(world, address))
            status, opened = outcome(client, address, path)
            if opened or status >= 500:
                let_in[f"{name} as a stranger of {sorted(actor.roles)}"] = status
    return let_in


def is_of_the_role(address):
    """What every holder of the role sees, whoever is assigned: drafts before the experts."""
    return address.arguments.get("pk") == "standard"


def by_neighbours(world):
    """People of the other association, with ids of this one: 404, never 403."""
    neighbour = make_association("second")
    with acting_for(neighbour.pk):
        clients = {role: client_for(actor_with(role).user_id) for role in Role} | {VISITOR: client_for(None)}
    wrong = {}
    for name, address in addresses().items():
        if not has_objects(address) or name in {"verify", "api_verify"}:  # a code is good everywhere
            continue
        arguments = arguments_of(world, address)
        if argument_is_shared(address):
            continue
        path = "/second" + path_of_address(name, arguments)
        for role in sorted(address.who) if VISITOR not in address.who else [VISITOR]:
            status, _opened = outcome(clients[role], address, path)
            if status != 404:
                wrong[f"{name} as the neighbour's {role}"] = status
    return wrong


def argument_is_shared(address):
    """Calendar days and regions belong to all associations."""
    label = address.arguments.get("object_id", "")
    return label in {"association.CalendarDay", "association.Region"}


def test_matrix_sees_an_open_door(world):
    """The matrix itself, shown red: a page that lets in one more than the table says, and one that keeps one out."""
    table = {"committee": addresses()["committee"]}
    assert by_role(world, table) == {}
    who = table["committee"].who
    stricter = {"committee": Address(who - {Role.COMMITTEE})}
    assert by_role(world, stricter) == {f"committee as {Role.COMMITTEE}": 200}
    wider = {"committee": Address(who | {Role.ASSESSOR})}
    assert by_role(world, wider) == {f"committee as {Role.ASSESSOR}": 404}
