"""azure-storage-blob, in every way that it has to upload."""

import base64
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from azure.storage.blob import BlobBlock, ContentSettings, StandardBlobTier
from azure.storage.blob.aio import BlobClient, BlobServiceClient

Asked = dict[str, Any]


async def upload(asked: Asked, _: Callable[[Any], None]) -> Any:
    """A file."""
    content = Path(asked["file"]).read_bytes()
    async with BlobServiceClient.from_connection_string(asked["storage"]) as service:
        blob = service.get_blob_client(asked["container"], asked["blob"])
        match asked["way"]:
            case "put":
                await blob.upload_blob(content)
            case "blocks":
                await _blocks(blob, content)
            case "stream":
                await blob.upload_blob(iter([content[:700], content[700:]]))
            case "marked":
                await blob.upload_blob(
                    content,
                    metadata={"shop": "demo"},
                    standard_blob_tier=StandardBlobTier.COOL,
                    content_settings=ContentSettings(content_type="image/jpeg", cache_control="no-store"),
                )
            case "page":
                whole = content.ljust(-(-len(content) // 512) * 512, b"\0")
                await blob.create_page_blob(len(whole))
                await blob.upload_page(whole, 0, len(whole))
            case "copy":
                await blob.start_copy_from_url(asked["source"])
    return {}


async def _blocks(blob: BlobClient, content: bytes) -> None:
    ids = []
    for at in range(0, len(content), 1000):
        ids.append(base64.b64encode(f"{at:06d}".encode()).decode())
        await blob.stage_block(ids[-1], content[at : at + 1000])
    await blob.commit_block_list([BlobBlock(each) for each in ids])


HANDLERS: dict[str, Callable[[Asked, Callable[[Any], None]], Awaitable[Any]]] = {"upload": upload}
