"""Who crosses a line, who stays in a zone: counts from tracks. Pure: time comes with the frames."""
