"""Whose turn it is: however many blobs one camera has, another's wait no longer for it than for one."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from itertools import chain, zip_longest


def camera_of(name: str) -> str:
    """`store/camera` of a blob's name; of a name that breaks the contract whatever stands there."""
    return "/".join(name.split("/", 2)[:2])


def in_turns(names: Iterable[str], begin: Callable[[int], int] = lambda _: 0) -> list[str]:
    """The names, one of each camera in turn; each camera's own in the order given, from the place `begin` chooses."""
    queues: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        queues[camera_of(name)].append(name)
    turned = (queue[(first := begin(len(queue))) :] + queue[:first] for queue in queues.values())
    return [name for name in chain.from_iterable(zip_longest(*turned)) if name is not None]


def has_its_share(name: str, in_work: Collection[str], hands: int) -> bool:
    """Whether the name's camera has as many hands as one camera gets while others wait: half of them."""
    camera = camera_of(name)
    return sum(camera_of(other) == camera for other in in_work) >= max(1, hands // 2)
