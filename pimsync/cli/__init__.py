"""What a person types: one module a command, and no logic."""
