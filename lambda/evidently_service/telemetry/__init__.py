"""Output of the service beside its responses: evaluation events and metrics."""
