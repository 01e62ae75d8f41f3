"""What a plan can do before it does it."""
