"""`StartLaunch`, and when an update of the stack calls it again."""
