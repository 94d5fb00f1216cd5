"""Projects that run: each a catalog, a pimsync.toml and a README."""
