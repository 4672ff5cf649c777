"""python -m tests.face_api.under_load PICTURE…: a service detects, observes and forgets, and ends."""

import sys
import tempfile
import uuid
from pathlib import Path

from tests.face_api.pictures import STREAM, detect
from tests.face_api.server import face_server


def main(pictures: list[bytes]) -> None:
    """Each picture a few times through every call that looks at one."""
    with tempfile.TemporaryDirectory() as folder, face_server("--data", f"{folder}/d", "--workers", "2") as server:
        with server.client() as client:
            for picture in pictures * 3:
                faces = detect(client, picture, returnFaceAttributes="age,gender,emotion,headPose")
                ids = [face["faceId"] for face in faces]
                body = {"observationId": uuid.uuid4().hex, "seenAt": "2026-05-04T10:00:00Z", "camera": "door"}
                client.post("/visitors/v1/shop/observe", json={**body, "faceIds": ids}).raise_for_status()
                client.post("/visitors/v1/shop/forget", content=picture, headers=STREAM)
                client.post("/face/v1.0/detect", json={"url": "http://198.51.100.9/picture.jpg"})
            client.delete("/visitors/v1/shop").raise_for_status()
        assert server.stop() == 0


if __name__ == "__main__":
    main([Path(name).read_bytes() for name in sys.argv[1:]])
