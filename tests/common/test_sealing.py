"""What is sealed opens only with its key, in its place, unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.sealing import CannotOpen, fingerprint, seal, unseal

OLD, NEW = "old-" + "o" * 40, "new-" + "n" * 40


@given(data=st.binary(max_size=200), context=st.binary(max_size=20))
def test_opens_in_its_place(data, context):
    assert unseal(seal(data, [NEW], context), [NEW], context) == data


def test_the_same_twice_looks_different():
    assert seal(b"138", [NEW], b"1") != seal(b"138", [NEW], b"1")


def test_an_older_secret_still_opens():
    assert unseal(seal(b"138", [OLD], b"1"), [NEW, OLD], b"1") == b"138"


@pytest.mark.parametrize("keys", [[NEW], ["other-" + "x" * 40, NEW]])
def test_a_secret_that_is_gone_does_not_open(keys):
    with pytest.raises(CannotOpen):
        unseal(seal(b"138", [OLD], b"1"), keys, b"1")


def test_another_place_does_not_open():
    with pytest.raises(CannotOpen):
        unseal(seal(b"138", [NEW], b"1:complaints.phone"), [NEW], b"2:complaints.phone")


@pytest.mark.parametrize("at", range(0, 40, 3))
def test_a_changed_byte_does_not_open(at):
    box = bytearray(seal(b"13800001111", [NEW], b"1"))
    box[at] ^= 1
    with pytest.raises(CannotOpen):
        unseal(bytes(box), [NEW], b"1")


def test_nothing_does_not_open():
    with pytest.raises(CannotOpen):
        unseal(b"", [NEW], b"1")


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="32"):
        seal(b"138", ["short"], b"1")


def test_fingerprints_tell_values_places_and_secrets_apart():
    one = fingerprint(b"138", NEW, b"1")
    assert one == fingerprint(b"138", NEW, b"1")
    assert len(one) == 32
    others = [(b"139", NEW, b"1"), (b"138", OLD, b"1"), (b"138", NEW, b"2"), (b"8", NEW, b"113")]
    assert one not in {fingerprint(*other) for other in others}
