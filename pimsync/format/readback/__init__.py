"""Reading a written feed back, beside the writing, by a parser that knows nothing of how it was written."""

from __future__ import annotations

from pimsync.format.readback.reader import Reader, Sample

__all__ = ["Reader", "Sample"]
