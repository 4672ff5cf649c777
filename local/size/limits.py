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

CONNECTIONS_PER_REPLICA = 8
"""Connections to the visitor memory that a Face API replica keeps when it is busy (face_api/storage/postgres.py)."""

CONNECTIONS_KEPT_FREE = 20
"""For whoever looks at the database, and for replicas that end while new ones start."""

REPLICAS_IN_A_CELL = 40
"""maxReplicas of the Face API in overlays/production: more would leave some without a database connection."""

WORKERS_IN_A_CELL = 30
"""maxReplicas of the worker in overlays/production."""

CORES_OF_A_MACHINE = 8
"""Standard_DS4_v2 of infra/stack_hub/cluster.json, and a usual store server."""

CORES_KEPT_FREE = 1
"""For the machine's own programs."""

FACE_API_CORES, WORKER_CORES, DATABASE_CORES = 1.0, 0.25, 0.25
"""What the manifests request for each."""

BYTES_OF_A_KEY = 200
"""What the query keeps of each event of the hour, so that it counts once; unverified."""

BYTES_OF_A_LOG_ROW = 1_000
"""A row of StorageBlobLogs; unverified."""

STORED_OUTPUTS = 2
"""Outputs with a row each quarter minute: windows and traffic."""

LEAST_REPLICAS = 2
"""So that one may be restarted."""

DAYS_A_MONTH = 30
WINDOWS_AN_HOUR = 240
