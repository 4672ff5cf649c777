"""The forms that settings take: what each is read from, and refused for."""

import base64
import binascii
import json
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints

from edge.addresses import host, http_host, storage_parts
from edge.counting.day import DayStart

NO_LIST = 'expected a list such as ["person"] or person,dog'


def _words(value: object) -> object:
    """Twins hold lists as strings: take a JSON list, or words separated by commas, or a real list."""
    if isinstance(value, list | tuple):
        return value
    if not isinstance(value, str):
        raise ValueError(NO_LIST)
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError(NO_LIST) from None
    return [word.strip() for word in value.split(",") if word.strip()]


def _hosts(words: tuple[str, ...]) -> tuple[str, ...]:
    for word in words:
        host(word)
    return words


def _sas_only(value: SecretStr) -> SecretStr:
    """A connection string with BlobEndpoint and SharedAccessSignature; an account key has no place on a device."""
    endpoint, sas = storage_parts(value.get_secret_value())
    return SecretStr(f"BlobEndpoint={endpoint};SharedAccessSignature={sas}")


def _http_url(value: SecretStr) -> SecretStr:
    http_host(value.get_secret_value())
    return value


def _number_as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _day_start(value: object) -> object:
    return DayStart.read(value) if isinstance(value, str) else value


def _key(value: SecretStr) -> SecretStr:
    try:
        size = len(base64.b64decode(value.get_secret_value(), validate=True))
    except binascii.Error:
        size = 0
    if size != 32:
        raise ValueError("expected 32 bytes in base64, e.g. from: openssl rand -base64 32")
    return value


Place = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=253)]
Words = Annotated[tuple[Word, ...], BeforeValidator(_words), Field(min_length=1, max_length=100)]
Hosts = Annotated[tuple[Word, ...], BeforeValidator(_words), Field(max_length=100), AfterValidator(_hosts)]
Connection = Annotated[SecretStr, AfterValidator(_sas_only)]
Url = Annotated[SecretStr, AfterValidator(_http_url)]
CameraAddress = Annotated[SecretStr, BeforeValidator(_number_as_text)]
Sha256 = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")]
DayStarts = Annotated[DayStart, BeforeValidator(_day_start)]
Key = Annotated[SecretStr, AfterValidator(_key)]
