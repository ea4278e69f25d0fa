"""Who asks for what, as of when: the plan of a request, physical ids and references. Pure."""
