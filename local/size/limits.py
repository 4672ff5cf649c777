"""What the services sell, and how much room is left on top. Not measured here; the sources are named."""

PEAK_FACTOR = 2
"""The busiest moment of the busiest hour, against that hour's mean."""

EVENTS_PER_THROUGHPUT_UNIT = 1000
"""Events/s into Event Hubs for each throughput unit (Microsoft's quota; 1 MB/s is the other limit)."""

BYTES_PER_THROUGHPUT_UNIT = 1_000_000
"""Bytes/s into Event Hubs for each throughput unit."""

EVENTS_PER_STREAMING_UNIT = 2500
"""Events/s for one streaming unit (V2): half of what Microsoft gives for a pass-through; unverified for our query."""

STREAMING_UNIT_TENTHS = (3, 7)
"""Parts of a unit that can be bought, in tenths; above, whole units: 10, 20 … 660."""

MESSAGES_PER_HUB_UNIT = 400_000
"""Messages a day for one S1 unit of IoT Hub."""

MESSAGES_PER_CAMERA = 2000
"""Messages and twin updates a camera's device sends a day, the edge runtime's own included; unverified."""

PARTITIONS = (1, 32)
"""Fewest, as a quiet partition holds all windows back (docs/windows.md), and most that the Standard tier gives."""

UTILIZATION = 0.6
"""Share of a replica that planned load may take."""

REPLICA_THREADS = 2
"""Pictures a Face API replica works on at once: FACE_API_WORKERS and the cpu limit in infra/stack_hub/kubernetes."""

WORKER_CONCURRENCY = 4
"""Pictures a worker keeps under way: WORKER_CONCURRENCY."""

LEAST_REPLICAS = 2
"""So that one may be restarted."""

DAYS_A_MONTH = 30
WINDOWS_AN_HOUR = 240
