"""Step 1, store: one catalog file in, one checked, typed snapshot out."""
