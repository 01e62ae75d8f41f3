"""What follows from an observation: functions that read the state and emit events."""
