"""The tools, each as its own documentation says it is used: a module with a `handler` each."""
