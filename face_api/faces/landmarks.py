"""The contract's 27 landmarks, from the mesh's 468 points. Left and right are the picture's."""

from vision.boxes import Array, Point

_MESH_POINTS: dict[str, tuple[int, ...]] = {
    "pupilLeft": (33, 133, 159, 145),
    "pupilRight": (263, 362, 386, 374),
    "noseTip": (1,),
    "mouthLeft": (61,),
    "mouthRight": (291,),
    "eyebrowLeftOuter": (70,),
    "eyebrowLeftInner": (107,),
    "eyeLeftOuter": (33,),
    "eyeLeftTop": (159,),
    "eyeLeftBottom": (145,),
    "eyeLeftInner": (133,),
    "eyebrowRightInner": (336,),
    "eyebrowRightOuter": (300,),
    "eyeRightInner": (362,),
    "eyeRightTop": (386,),
    "eyeRightBottom": (374,),
    "eyeRightOuter": (263,),
    "noseRootLeft": (193,),
    "noseRootRight": (417,),
    "noseLeftAlarTop": (198,),
    "noseRightAlarTop": (420,),
    "noseLeftAlarOutTip": (129,),
    "noseRightAlarOutTip": (358,),
    "upperLipTop": (0,),
    "upperLipBottom": (13,),
    "underLipTop": (14,),
    "underLipBottom": (17,),
}
"""The mesh has no pupil: it is taken to be in the middle of the eye."""


def landmarks(points: Array) -> dict[str, Point]:
    """Name → point in pixels; points: the mesh, [468, 3]."""
    means = {name: points[list(places), :2].mean(0) for name, places in _MESH_POINTS.items()}
    return {name: Point(round(float(x), 1), round(float(y), 1)) for name, (x, y) in means.items()}
