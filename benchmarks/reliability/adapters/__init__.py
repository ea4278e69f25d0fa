"""One module per tool, with a `handler`, written as the tool's own documentation shows."""
