"""HTTP as API Gateway hands it over: events, responses, paths."""
