"""What happened in a run, and why: read off its journal."""
