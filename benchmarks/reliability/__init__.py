"""`make reliability`: how custom-resource tools behave when something fails, ours beside six published ones.

scenarios.py    what happens, and what a tool must have done in the end
checks.py       the checks of a response
harness.py      the API, the response URL and the deadline around an invocation
invocation.py   one invocation in its own process, as Lambda runs it
adapters/       one handler per tool, written as the tool's own documentation shows
user_code.py    the code that a careful user of a published tool writes, the same for all
faults.py       the fault that a scenario injects into that code
"""
