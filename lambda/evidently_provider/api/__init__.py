"""The Evidently API as a request of ours calls it: the client, its retries, the headers of ownership."""
