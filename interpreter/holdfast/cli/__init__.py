"""The command line, a folder for each concern."""
