"""The matrix's closed doors while they are open: a supplement asked for, a notice of an adverse grade, a second factor."""

from types import SimpleNamespace

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from association.choices import COMMITTEE_ROLES, INSTITUTION_ROLES, Role
from association.models import User
from association.tenancy import acting_for
from tests.architecture.test_urls import by_role, client_for, outcome, path_of_address, person
from tests.architecture.url_table import NOBODY_NOW, SIGN_IN, VISITOR, form
from tests.association.test_signin import code_of
from tests.credit_rating.test_kept_forms import asked, defended, noticed
from tests.factories.people import actor_with, make_association

pytestmark = pytest.mark.django_db
PROOF = "/first/accounts/2fa/reauthenticate/"
OWN_FACTOR = (
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_reauthenticate",
)


@pytest.fixture
def association():
    return make_association("first")


def world_of(assessment):
    """One person of every role around this assessment; the assessor is not assigned to it."""
    assessor = actor_with(Role.ASSESSOR)
    people = {role: person(role, assessment.institution, assessor) for role in Role}
    return SimpleNamespace(people=people | {VISITOR: None}, assessment=assessment.pk)


@pytest.mark.parametrize(
    ("name", "state", "who"),
    [
        ("answer_supplement", asked, INSTITUTION_ROLES),
        ("file_defence", noticed, {Role.INSTITUTION_ADMIN}),
        ("answer_defence", defended, COMMITTEE_ROLES),
    ],
)
def test_open_door_lets_in_whom_it_should_and_nobody_else(association, name, state, who):
    with acting_for(association.pk):
        world = world_of(state())
    assert by_role(world, {name: form(who, pk="assessment")}) == {}


@pytest.mark.parametrize(
    ("name", "state", "role"),
    [
        ("answer_supplement", asked, Role.INSTITUTION_ADMIN),
        ("file_defence", noticed, Role.INSTITUTION_ADMIN),
        ("answer_defence", defended, Role.COMMITTEE),
    ],
)
def test_open_door_stays_shut_for_neighbours(association, name, state, role):
    """A neighbour institution of the association, and the same role in a neighbour association."""
    with acting_for(association.pk):
        pk = state().pk
        strangers = [actor_with(Role.INSTITUTION_ADMIN)] if role in INSTITUTION_ROLES else []
    with acting_for(make_association("second").pk):
        neighbour = actor_with(role)
    address = form({role}, pk="assessment")
    path = path_of_address(name, {"pk": pk})
    for stranger in strangers:
        assert outcome(client_for(stranger.user_id), address, f"/first{path}") == (404, False)
    for mount in ("/first", "/second"):
        status, let_in = outcome(client_for(neighbour.user_id), address, f"{mount}{path}")
        assert (status in {403, 404}, let_in) == (True, False)


@pytest.mark.parametrize("role", sorted(Role))
def test_own_second_factor_opens_its_pages_after_a_fresh_code(association, role):
    with acting_for(association.pk):
        user = User.objects.get(pk=actor_with(role).user_id)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    client = client_for(user.pk)
    closed = {name: client.get(path_of(name)).status_code for name in OWN_FACTOR[:-1]}
    assert closed == dict.fromkeys(OWN_FACTOR[:-1], 302)
    assert client.post(PROOF, {"code": code_of(secret)}).status_code == 302
    assert {name: client.get(path_of(name)).status_code for name in OWN_FACTOR} == dict.fromkeys(
        OWN_FACTOR, 200
    )
    assert [name for name in OWN_FACTOR if Client().get(path_of(name)).status_code != 302] == []


def path_of(name):
    return "/first" + path_of_address(name, {})


def test_every_door_that_was_closed_in_the_matrix_is_named():
    """What is closed to all of the matrix's people is closed for good, opened here, or asked for in the middle of a deed."""
    closed = {name for name, address in SIGN_IN.items() if address.who == NOBODY_NOW}
    for_good = {
        "account_signup", "account_email", "account_email_verification_sent", "account_confirm_email",
        "account_set_password", "account_confirm_login_code",
    }  # fmt: skip
    in_the_middle = {"account_reauthenticate"}  # tests/association/test_step_up.py
    assert closed - for_good - in_the_middle == set(OWN_FACTOR)
