"""`StartLaunch`, and the triggers that make an update of the stack call the API's StartLaunch again."""
