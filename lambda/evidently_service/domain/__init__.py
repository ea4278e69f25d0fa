"""The API's concepts without HTTP and without a table: resources, ownership, quotas, ARNs, errors. Pure."""
