"""Commands that move runs on, or reach them while they go."""
