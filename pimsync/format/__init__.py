"""Second stage: catalog + channel = items, checked against the channel's own spec and encoded."""
