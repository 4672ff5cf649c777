"""What an Event Hubs namespace holds: hubs, partitions, events on disk, keys and who may read. No AMQP in here."""
