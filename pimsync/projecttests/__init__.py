"""A project's own tests: what becomes of a product in a channel; and which of the project's rules nothing in the catalog meets."""
