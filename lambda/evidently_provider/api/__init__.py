"""The Evidently API as the provider calls it: the client, its retries, the ownership headers."""
