"""Keys, tokens, readers, positions and hubs, without the wire."""

import base64
import hmac
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from azure.eventhub._buffered_producer._partition_resolver import PartitionResolver, generate_hash_code
from hypothesis import given
from hypothesis import strategies as st

from local.event_hubs.broker.access import EVERYTHING, Grants, Key, Right, check_token
from local.event_hubs.broker.event_log import Retention
from local.event_hubs.broker.hub import Hub, HubShape
from local.event_hubs.broker.partition_key import partition_number
from local.event_hubs.broker.position import EARLIEST, LATEST, position
from local.event_hubs.broker.readers import MOST_READERS, Reader, Readers
from local.event_hubs.broker.record import StoredEvent
from local.event_hubs.broker.throttle import Throttle
from local.event_hubs.errors import BadArgument, DataFolderUnfit, Refused

NOW = 1_000.0
AUDIENCE = "sb://localhost:5672/visits"
KEYS = {"all": Key("all", "a secret", EVERYTHING), "send": Key("send", "another", Right.SEND)}


def token(resource: str = AUDIENCE, name: str = "all", secret: str = KEYS["all"].secret, expiry: object = 2_000) -> str:
    text = f"{quote_plus(resource)}\n{expiry}".encode()
    signature = base64.b64encode(hmac.digest(secret.encode(), text, "sha256")).decode()
    fields = {"sr": resource, "sig": signature, "se": str(expiry), "skn": name}
    return "SharedAccessSignature " + "&".join(f"{key}={quote_plus(value)}" for key, value in fields.items())


def spelled(resource: str, quoted: str, expiry: int = 2_000, order: str = "sr sig se skn") -> str:
    """A token over `resource` as an SDK quotes it: what is signed is what is sent."""
    signature = base64.b64encode(hmac.digest(b"a secret", f"{quoted}\n{expiry}".encode(), "sha256")).decode()
    fields = {"sr": quoted, "sig": quote_plus(signature), "se": str(expiry), "skn": "all"}
    return "SharedAccessSignature " + "&".join(f"{name}={fields[name]}" for name in order.split())


@pytest.mark.parametrize(
    ("sender", "sent"),
    [
        ("Python, quote_plus", spelled(AUDIENCE, quote_plus(AUDIENCE))),
        ("JavaScript, encodeURIComponent", spelled(AUDIENCE, quote(AUDIENCE, safe="!'()*~"))),
        ("Java, URLEncoder", spelled(AUDIENCE, quote_plus(AUDIENCE))),
        ("Go, ToLower(QueryEscape)", spelled(AUDIENCE, quote_plus(AUDIENCE).lower())),
        (".NET, WebUtility.UrlEncode", spelled("amqps://localhost/visits", "amqps%3A%2F%2Flocalhost%2Fvisits")),
        (".NET, HttpUtility.UrlEncode", spelled("sb://localhost/visits/", "sb%3a%2f%2flocalhost%2fvisits%2f")),
        ("Go's helper, the bare namespace", spelled("localhost", "localhost")),
        ("the namespace with its port", spelled("localhost:5672", "localhost%3a5672")),
        ("unquoted", spelled(AUDIENCE, AUDIENCE)),
        ("fields in another order", spelled(AUDIENCE, quote_plus(AUDIENCE), order="skn se sr sig")),
    ],
    ids=lambda value: value if len(value) < 40 else "",
)
def test_a_token_is_checked_over_the_bytes_that_its_sender_signed(sender: str, sent: str) -> None:
    assert check_token(sent, AUDIENCE, KEYS, NOW).rights == EVERYTHING


def test_a_token_whose_resource_was_quoted_anew_after_signing_is_refused() -> None:
    changed = spelled(AUDIENCE, quote_plus(AUDIENCE)).replace("%3A", "%3a")
    with pytest.raises(Refused, match="InvalidSignature"):
        check_token(changed, AUDIENCE, KEYS, NOW)


def test_a_good_token_grants_its_keys_rights_on_what_it_was_asked_for() -> None:
    grant = check_token(token(name="send", secret="another"), f"{AUDIENCE}/Partitions/0", KEYS, NOW)

    assert (grant.path, grant.rights, grant.until) == ("visits/partitions/0", Right.SEND, 2_000)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (token(secret="a guess"), "InvalidSignature"),
        (token(name="nobody"), "InvalidSignature"),
        (token(expiry=999), "ExpiredToken"),
        (token(expiry="never"), "ExpiredToken"),
        (token(expiry="9" * 400), "ExpiredToken"),
        (token("sb://localhost:5672/visit"), "InvalidAudience"),
        (token("sb://localhost:5672/visits/partitions/1"), "InvalidAudience"),
        ("SharedAccessSignature " + "a=1&" * 1000, "InvalidSignature"),
        ("Bearer x", "MalformedToken"),
        ("SharedAccessSignature " + "a" * 5000, "MalformedToken"),
        (None, "MalformedToken"),
    ],
)
def test_a_token_that_is_not_good_is_refused(bad: object, says: str) -> None:
    with pytest.raises(Refused, match=says):
        check_token(bad, AUDIENCE, KEYS, NOW)


@given(st.text(max_size=200))
def test_no_token_does_worse_than_be_refused(text: str) -> None:
    for each in (
        text,
        f"SharedAccessSignature {text}",
        f"SharedAccessSignature sr={text}&sig={text}&se={text}&skn=all",
    ):
        with pytest.raises(Refused):
            check_token(each, text, KEYS, NOW)


def test_a_grant_ends_with_its_token_and_gives_no_other_right() -> None:
    seconds = [NOW]
    grants = Grants(lambda: seconds[0])
    grants.add(check_token(token(name="send", secret="another"), AUDIENCE, KEYS, NOW))

    grants.require("visits/partitions/1", Right.SEND)
    with pytest.raises(Refused, match="Listen"):
        grants.require("visits", Right.LISTEN)
    with pytest.raises(Refused):
        grants.require("visits2", Right.SEND)
    seconds[0] = 2_000
    with pytest.raises(Refused):
        grants.require("visits", Right.SEND)


def test_a_key_is_read_with_its_rights_and_never_shown() -> None:
    assert Key.parse("all=a=b/c+=") == Key("all", "a=b/c+=", EVERYTHING)
    assert Key.parse("send=k:send").rights == Right.SEND
    assert Key.parse("both=k:send,listen").rights == EVERYTHING
    assert "secret" not in repr(Key.parse("n=secret"))
    for bad in ("all", "=k", "all=", "all=k:", "all=k:write"):
        with pytest.raises(BadArgument) as caught:
            Key.parse(bad)
        assert "=k" not in str(caught.value)


def test_a_hub_is_read_with_its_groups() -> None:
    assert HubShape.parse("visits:4") == HubShape("visits", 4, frozenset({"$default"}))
    assert HubShape.parse("visits:4:Windows,b").groups == {"$default", "windows", "b"}
    for bad in ("visits", "visits:0", "visits:33", "visits:x", ":4", "../up:4", "visits:4:a b", "a/b:1"):
        with pytest.raises(BadArgument):
            HubShape.parse(bad)


def test_a_hubs_partitions_cannot_change_over_its_data(tmp_path: Path) -> None:
    Hub(HubShape.parse("visits:2"), tmp_path, Retention(), 5).close()

    with pytest.raises(DataFolderUnfit, match="2 partitions, not 4"):
        Hub(HubShape.parse("visits:4"), tmp_path, Retention(), 6)
    again = Hub(HubShape.parse("visits:2"), tmp_path, Retention(), 7)
    assert again.created_ms == 5
    again.close()


def test_a_partition_key_always_leads_to_one_partition_and_no_key_to_all_in_turn(tmp_path: Path) -> None:
    hub = Hub(HubShape.parse("visits:4"), tmp_path, Retention(), 0)

    assert len({hub.choose("store/camera").number for _ in range(9)}) == 1
    assert sorted(hub.choose(None).number for _ in range(4)) == [0, 1, 2, 3]
    hub.close()


@given(st.text(alphabet=st.characters(max_codepoint=127), min_size=1, max_size=60))
def test_a_partition_key_leads_where_the_sdks_buffered_producers_send_it(key: str) -> None:
    """Of a hash below 0 azure-eventhub takes another remainder than the SDKs of Java, JavaScript and .NET do."""
    hashed = generate_hash_code(key)  # type: ignore[no-untyped-call]

    assert partition_number(key, 32) == abs(hashed) % 32
    if hashed >= 0:
        resolver = PartitionResolver(list("0123"))  # type: ignore[no-untyped-call]
        assert str(partition_number(key, 4)) == resolver.get_partition_id_by_partition_key(key)  # type: ignore[no-untyped-call]


class Watched:
    """A reader, and what it was told."""

    def __init__(self, epoch: int | None, group: str = "g") -> None:
        self.errors: list[str] = []
        self.woken = 0
        self.reader = Reader(group, epoch, self._wake, lambda error: self.errors.append(error.condition))

    def _wake(self) -> None:
        self.woken += 1


def test_a_reader_with_the_same_or_a_higher_epoch_takes_over_and_a_lower_is_refused() -> None:
    readers, old, new = Readers(), Watched(1), Watched(1)
    readers.admit(old.reader)
    readers.admit(new.reader)

    for late in (Watched(0), Watched(None)):
        with pytest.raises(Refused, match="epoch"):
            readers.admit(late.reader)
    readers.wake()
    assert (old.errors, old.woken, new.errors, new.woken) == (["amqp:link:stolen"], 0, [], 1)


def test_groups_do_not_disturb_one_another() -> None:
    readers, one, other = Readers(), Watched(9, "one"), Watched(1, "other")
    readers.admit(one.reader)
    readers.admit(other.reader)
    readers.wake()

    assert (one.woken, other.woken) == (1, 1)


def test_without_an_epoch_five_may_read_and_a_sixth_may_not() -> None:
    readers = Readers()
    five = [Watched(None) for _ in range(MOST_READERS)]
    for each in five:
        readers.admit(each.reader)

    with pytest.raises(Refused, match="maximum number"):
        readers.admit(Watched(None).reader)
    readers.remove(five[0].reader)
    readers.admit(Watched(None).reader)


def test_a_throttle_lets_a_seconds_worth_pass_at_once_and_then_its_rate() -> None:
    seconds = [NOW]
    throttle = Throttle(10, lambda: seconds[0])

    throttle.admit(6)
    throttle.admit(4)
    with pytest.raises(Refused, match="Try again"):
        throttle.admit(1)
    seconds[0] += 0.5
    throttle.admit(5)
    with pytest.raises(Refused):
        throttle.admit(1)
    seconds[0] += 60
    throttle.admit(25)  # more than a second's worth: as one, when there is room for all that ever is
    seconds[0] += 1
    with pytest.raises(Refused):
        throttle.admit(1)


@pytest.mark.parametrize(
    ("selector", "reached"),
    [
        ("x-opt-offset > '900'", True),
        ("x-opt-offset >= '900'", True),
        ("x-opt-offset > '901'", False),
        ("x-opt-offset > '-1'", True),
        ("x-opt-offset > '@latest'", True),
        ("x-opt-sequence-number > '7'", True),
        ("x-opt-sequence-number >= '8'", True),  # the next to come
        ("x-opt-sequence-number > '8'", False),
        ("x-opt-enqueued-time > '99999999999999'", True),  # a time may lie ahead
    ],
)
def test_a_position_that_the_partition_has_not_come_to_is_refused(selector: str, reached: bool) -> None:
    newest = StoredEvent(sequence=7, offset=900, enqueued_ms=1, head=b"", body=b"", end=0)
    where = position(f"amqp.annotation.{selector}")

    if reached:
        where.check_reached(newest)
        return
    with pytest.raises(Refused, match=r"The supplied .* is invalid. The last .* in the system is") as caught:
        where.check_reached(newest)
    assert caught.value.condition == "com.microsoft:argument-error"


def test_of_an_empty_partition_the_start_is_reached_and_nothing_behind_it() -> None:
    position("amqp.annotation.x-opt-sequence-number >= '0'").check_reached(None)
    with pytest.raises(Refused, match="The last offset in the system is '-1'"):
        position("amqp.annotation.x-opt-offset > '0'").check_reached(None)


def test_positions_are_read_as_clients_write_them() -> None:
    assert position(None) == position("amqp.annotation.x-opt-sequence-number > '-1'") == EARLIEST
    assert position("amqp.annotation.x-opt-offset > '@latest'") == LATEST
    assert position("amqp.annotation.x-opt-sequence-number >= '3'").value == 2
    for bad in ("amqp.annotation.x-opt-offset > 'x'", "1=1", "amqp.annotation.x-opt-color > '1'", "'" * 3000):
        with pytest.raises(Refused):
            position(bad)
