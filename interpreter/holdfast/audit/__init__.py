"""Whether a store is what was written to it, and how a run is handed to somebody outside."""
