"""What the API is about, without HTTP and without a table: resources, ownership, quotas, errors. Pure."""
