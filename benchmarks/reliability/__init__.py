"""`make reliability`: what custom-resource tools do when something goes wrong, ours beside the published ones.

`rows` has the scenarios, `stage` what surrounds an invocation, `contenders` the tools, each as its own documentation
says it is used. Every invocation is a process of its own, ended by force at its deadline, as Lambda does.
"""
