"""Fetching a model's zip, with limits."""

import hashlib
import time

import requests

from edge.errors import EdgeError, ModelRefused

MOST_BYTES = 64_000_000
MOST_SECONDS = 300.0
PIECE = 1 << 16
CONNECT_SECONDS, READ_SECONDS = 10.0, 30.0


class DownloadFailed(EdgeError):
    """The zip couldn't be fetched this time; trying again later may help. Never holds the address."""


def download(url: str, sha256: str) -> bytes:
    """The content at `url` if its hash is `sha256`.

    Raises DownloadFailed, or ModelRefused for wrong content or more than 64 MB.
    """
    give_up = time.monotonic() + MOST_SECONDS
    content = bytearray()
    try:
        with requests.get(
            url,
            stream=True,
            allow_redirects=False,
            headers={"Accept-Encoding": "identity"},
            timeout=(CONNECT_SECONDS, READ_SECONDS),
        ) as answer:
            if answer.status_code != 200:
                raise DownloadFailed(f"ModelZipUrl answers {answer.status_code}: check the address and its SAS")
            while piece := answer.raw.read1(PIECE, decode_content=False):  # as it comes, so that time is looked at
                content += piece
                if len(content) > MOST_BYTES:
                    raise ModelRefused(f"the model's zip is larger than {MOST_BYTES // 10**6} MB")
                if time.monotonic() > give_up:
                    raise DownloadFailed(f"ModelZipUrl took more than {MOST_SECONDS:.0f} s")
    except EdgeError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever keeps a model from us, the old one goes on
        raise DownloadFailed(f"ModelZipUrl can't be reached ({type(error).__name__})") from None
    return checked(bytes(content), sha256)


def checked(content: bytes, sha256: str) -> bytes:
    """The content, if its hash is `sha256`. Raises ModelRefused."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelRefused("the model's zip doesn't have the hash ModelZipSha256")
    return content
