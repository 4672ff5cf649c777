"""What a camera's key can do with storage, and the least that uploading needs; docs/privacy.md says the same."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import (
    BlobBlock,
    BlobClient,
    ContainerClient,
    ContainerSasPermissions,
    generate_container_sas,
)

from local.azurite import ACCOUNT, SAS_VERSION, StorageAccount

Act = Callable[[BlobClient], object]


def code_of(error: HttpResponseError) -> str:
    code = getattr(error, "error_code", "")
    return str(getattr(code, "value", code))


def staged(blob: BlobClient) -> None:
    blob.stage_block("AAAA", b"x")
    blob.commit_block_list([BlobBlock("AAAA")])


ON_ITS_OWN_BLOB: dict[str, Act] = {
    "upload again": lambda blob: blob.upload_blob(b"x"),
    "overwrite": lambda blob: blob.upload_blob(b"y", overwrite=True),
    "set metadata": lambda blob: blob.set_blob_metadata({"a": "b"}),
    "snapshot": lambda blob: blob.create_snapshot(),
    "lease for ever": lambda blob: blob.acquire_lease(-1),
    "read": lambda blob: blob.download_blob().readall(),
    "delete": lambda blob: blob.delete_blob(),
}
ON_A_NEW_ONE: dict[str, Act] = {
    "by blocks": staged,
    "as an append blob": lambda blob: blob.create_append_blob(),
    "as a page blob": lambda blob: blob.create_page_blob(512),
}


def done_with(storage: StorageAccount, container: str, permissions: ContainerSasPermissions) -> dict[str, str]:
    """What happened to each try: `done`, or storage's word against it."""
    sas = generate_container_sas(
        ACCOUNT,
        container,
        account_key=storage.key,
        permission=permissions,
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )
    tried: dict[str, str] = {}

    def attempt(what: str, name: str, act: Act) -> None:
        blob = BlobClient(f"{storage.blob}/{ACCOUNT}", container, name, credential=sas, api_version=SAS_VERSION)
        try:
            with blob:
                act(blob)
            tried[what] = "done"
        except HttpResponseError as error:
            tried[what] = code_of(error)

    attempt("upload", "own", lambda blob: blob.upload_blob(b"x"))
    for what, act in ON_ITS_OWN_BLOB.items():
        attempt(what, "own", act)
    for what, act in ON_A_NEW_ONE.items():
        attempt(what, what, act)
    with ContainerClient(f"{storage.blob}/{ACCOUNT}", container, sas, api_version=SAS_VERSION) as whole:
        try:
            list(whole.list_blob_names())
            tried["list"] = "done"
        except HttpResponseError as error:
            tried["list"] = code_of(error)
    return tried


NOT_ALLOWED = "AuthorizationPermissionMismatch"


def test_with_create_and_write_a_camera_adds_and_is_told_what_is_there_and_neither_lists_reads_nor_deletes(
    storage: StorageAccount, container: str
) -> None:
    tried = done_with(storage, container, ContainerSasPermissions(create=True, write=True))

    assert tried["upload"] == "done"
    assert tried["upload again"] == "BlobAlreadyExists"  # how a repeat after a lost answer is known
    assert {what for what, how in tried.items() if how == NOT_ALLOWED} == {"list", "read", "delete"}
    for more in ("overwrite", "set metadata", "snapshot", "lease for ever", "by blocks", "as an append blob"):
        assert tried[more] == "done"  # what its thief can do as well


@pytest.mark.parametrize("permission", ["create", "write"])
def test_less_does_either_not_do_or_not_help(storage: StorageAccount, container: str, permission: str) -> None:
    """Create alone leaves a repeat unknown here (Azure's documents name it UnauthorizedBlobOverwrite: unverified)."""
    tried = done_with(storage, container, ContainerSasPermissions(**{permission: True}))

    assert tried["upload"] == "done"
    if permission == "create":
        assert tried["upload again"] == NOT_ALLOWED
        assert {tried[what] for what in ("overwrite", "set metadata", "lease for ever", "by blocks")} == {NOT_ALLOWED}
    else:
        assert (tried["overwrite"], tried["lease for ever"]) == ("done", "done")
