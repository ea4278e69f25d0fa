"""`Custom::EvidentlyStartLaunch`."""
