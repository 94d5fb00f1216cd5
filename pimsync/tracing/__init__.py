"""One product, followed from its record to what stands in the feeds."""
