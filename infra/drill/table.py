"""The lines of the drill's table, in the order in which they are tried."""

from collections.abc import Callable

from infra.drill.growth import another_image, full_node, scaled, tenth
from infra.drill.outages import cold_start, database_away, power_cut, storage_and_hub_away
from infra.drill.trials import Drill, closed, erasure, killed, policies, replay, rollouts, starts, undisturbed

Trial = Callable[[Drill], str]

NEEDED = ("everything starts, as restricted as it says", "pictures become tallies")
"""Lines that the others build on."""

SHORT: dict[str, Trial] = {
    "everything starts, as restricted as it says": starts,
    "connections: those allowed, no others": policies,
    "containers are closed": closed,
    "pictures become tallies": undisturbed,
    "rollout of worker and Face API under load": rollouts,
    "workers and Face API killed by force under load": killed,
    "database away for 20 s under load": lambda drill: database_away(drill, 20),
    "storage and Event Hubs away for 20 s": lambda drill: storage_and_hub_away(drill, 20),
    "power cut: all containers at once, the database half a minute late": lambda drill: cold_start(drill, 30),
    "a broken picture is set aside, and replayed": replay,
    "everyone is forgotten on request": erasure,
}
LONG: dict[str, Trial] = {
    **SHORT,
    "rollout to another image and back": another_image,
    "full nodes: a rollout waits": full_node,
    "a tenth of connections and replicas": tenth,
    "power cut: all containers at once": power_cut,
    "cold start, the database three minutes late": lambda drill: cold_start(drill, 180),
    "database away for two minutes": lambda drill: database_away(drill, 120),
    "storage and Event Hubs away for five minutes": lambda drill: storage_and_hub_away(drill, 300),
    "database away for eight minutes": lambda drill: database_away(drill, 480),
    "autoscaling up and down": scaled,
}
