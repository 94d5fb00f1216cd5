"""The manual, and what writes its generated pages."""
