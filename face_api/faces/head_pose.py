"""Which way a head is turned, from the mesh's depth."""

import numpy as np

from face_api.faces.face import HeadPose
from vision.boxes import Array

_RIGHT_EYE, _LEFT_EYE, _FOREHEAD, _CHIN = 33, 263, 10, 152


def head_pose(points: Array) -> HeadPose:
    """points: the mesh, [468, 3], z growing away from the camera. The person's right eye is on the picture's left."""
    across = points[_LEFT_EYE] - points[_RIGHT_EYE]
    down = points[_CHIN] - points[_FOREHEAD]
    ahead = -np.cross(across, down)
    ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-9)
    return HeadPose(
        roll=float(np.degrees(np.arctan2(across[1], across[0]))),
        yaw=float(np.degrees(np.arctan2(ahead[0], -ahead[2]))),
        pitch=float(np.degrees(np.arctan2(-ahead[1], np.hypot(ahead[0], ahead[2])))),
    )
