import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import SettingsRefused
from edge.settings import TWIN_NAMES, Settings, resolve

SAS = "BlobEndpoint=http://127.0.0.1:1/account;SharedAccessSignature=sv=2019-07-07&sig=x"


def reasons(environment: dict[str, str], twin: dict[str, object] | None = None) -> dict[str, str]:
    with pytest.raises(SettingsRefused) as refused:
        resolve(environment, twin)  # type: ignore[arg-type]
    return refused.value.reasons


def test_nothing_set_gives_the_defaults() -> None:
    assert resolve({}) == Settings()


def test_empty_variables_count_as_unset() -> None:
    assert resolve({"Store": "", "JpegQuality": ""}) == Settings()


def test_the_twin_lies_over_the_environment() -> None:
    settings = resolve({"JpegQuality": "70", "Store": "here"}, {"JpegQuality": 80, "$version": 3})
    assert (settings.jpeg_quality, settings.store) == (80, "here")


@pytest.mark.parametrize("words", ["person,dog", " person , dog ", '["person", "dog"]'])
def test_objects_of_interest_come_as_the_dev_kit_writes_them_or_as_words(words: str) -> None:
    assert resolve({"ObjectsOfInterest": words}).objects_of_interest == ("person", "dog")


@given(st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True))
def test_places_of_the_contract_are_taken(place: str) -> None:
    assert resolve({"Store": place, "Camera": place}).place == f"{place}/{place}"


@pytest.mark.parametrize("place", ["-a", "A", "a" * 64, "a_b", "a/b", "a\n", "é"])
def test_places_outside_the_contract_are_refused_with_what_is_expected(place: str) -> None:
    assert reasons({"Store": place}) == {"Store": "expected 1 to 63 of a-z, 0-9 and -, not starting with -"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ConfidenceThreshold", "0"),
        ("ConfidenceThreshold", "1.5"),
        ("JpegQuality", "101"),
        ("JpegQuality", "high"),
        ("RequireFace", "perhaps"),
        ("TimeBetweenPicturesInSeconds", "0"),
        ("TimeBetweenPicturesInSeconds", "nan"),
        ("FramesPerSecond", "0"),
        ("SpoolMaxMegabytes", "-1"),
        ("SpoolMaxHours", "0"),
        ("ObjectsOfInterest", "[person"),
        ("ModelZipSha256", "abc"),
        ("ModelZipUrl", "file:///etc/passwd"),
        ("PictureStorage", "hello"),
        ("PICTURE_CONTAINER", "Pictures"),
        ("STORAGE_API_VERSION", "newest"),
        ("SpoolKey", "short"),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_never_repeated(name: str, value: str) -> None:
    refused = reasons({name: value})
    assert name in refused
    assert value not in refused[name] or len(value) < 3


def test_every_wrong_property_gets_its_reason() -> None:
    assert reasons({"JpegQuality": "1"}, {"Store": "No", "Colour": "red"}).keys() == {"JpegQuality", "Store", "Colour"}


def test_environment_settings_are_no_twin_properties() -> None:
    assert reasons({}, {"SpoolKey": "x"}) == {"SpoolKey": "not a property of this module"}


def test_an_account_key_is_refused_on_a_device() -> None:
    assert "SAS" in reasons({"PictureStorage": SAS + ";AccountKey=secret"})["PictureStorage"]


def test_a_model_needs_its_hash() -> None:
    assert "ModelZipSha256" in reasons({}, {"ModelZipUrl": "https://host/model.zip"})
    assert "ModelZipUrl" in reasons({}, {"ModelZipSha256": "a" * 64})


def test_secrets_never_show() -> None:
    settings = resolve({"PictureStorage": SAS, "ModelZipUrl": "https://host/m.zip?sig=abc", "ModelZipSha256": "a" * 64})
    assert "sig=" not in repr(settings)
    assert settings.storage_connection == SAS


@given(st.dictionaries(st.sampled_from(sorted(TWIN_NAMES)), st.none() | st.booleans() | st.floats() | st.text()))
def test_any_twin_is_either_taken_whole_or_refused_with_reasons(twin: dict[str, object]) -> None:
    try:
        resolve({}, twin)  # type: ignore[arg-type]
    except SettingsRefused as refused:
        assert refused.reasons  # noqa: PT017
        assert refused.reasons.keys() <= TWIN_NAMES  # noqa: PT017
