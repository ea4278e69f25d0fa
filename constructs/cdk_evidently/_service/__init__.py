"""`EvidentlyService`: the API in the user's own account, and who may call it."""
