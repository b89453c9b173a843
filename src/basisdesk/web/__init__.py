"""The web process: it serves the terminal and carries the desk's stream to browsers."""
