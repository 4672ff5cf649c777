"""Event Hubs on this machine: AMQP 1.0 as azure-eventhub speaks it, events kept on disk."""
