"""What a channel's JSON Schema demands, as SQL: JSON Schema decides, SQL runs."""
