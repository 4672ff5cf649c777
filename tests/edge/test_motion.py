import numpy as np

from edge.gate.motion import LONGEST_REST, Motion
from tests.edge.scenes import frame_of, shop


def test_the_first_frame_gets_a_look() -> None:
    assert Motion().since_last_look(frame_of(shop()))


def test_a_still_scene_with_camera_noise_gets_none() -> None:
    motion, random = Motion(), np.random.default_rng(2)
    scene = shop(640, 360)
    motion.since_last_look(frame_of(scene))
    for step in range(1, 12):
        noisy = np.clip(scene + random.normal(0, 6, scene.shape), 0, 255).astype(np.uint8)
        assert not motion.since_last_look(frame_of(noisy, at=step * 0.1))


def test_something_the_size_of_a_far_person_gets_a_look() -> None:
    motion, scene = Motion(), shop()
    motion.since_last_look(frame_of(scene))
    scene[400:520, 600:650] = (30, 30, 60)
    assert motion.since_last_look(frame_of(scene, at=0.1))


def test_slow_change_adds_up() -> None:
    motion = Motion()
    looks = [
        motion.since_last_look(frame_of(np.full((72, 128, 3), 60 + step, np.uint8), step * 0.1)) for step in range(40)
    ]
    assert 2 <= sum(looks) <= 5


def test_even_a_still_scene_gets_a_look_now_and_then() -> None:
    motion = Motion()
    motion.since_last_look(frame_of(shop()))
    assert motion.since_last_look(frame_of(shop(), at=LONGEST_REST))
