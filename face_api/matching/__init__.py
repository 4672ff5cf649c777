"""What two templates say about each other: distances, confidences, groups."""
