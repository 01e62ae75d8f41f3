"""What commands have in common at a terminal: words, tables, times, values."""
