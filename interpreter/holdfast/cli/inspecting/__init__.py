"""Commands that show what there is and what happened."""
