"""pimsync: one master catalog in, a correct product feed for every channel out."""
