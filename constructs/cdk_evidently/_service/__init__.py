"""`EvidentlyService`: the Evidently API in the user's account, and the permissions to call it."""
