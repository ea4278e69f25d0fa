"""The custom resources' handler: serves CloudFormation's requests, and responds to each.

handler.py        the entry: keeps the deadline, and responds whatever happens
lifecycle.py      a Create, Update or Delete, from the request to the response: carries its plan out
registry.py       resource type → what serves its requests
invocation.py     a request and what may be used to serve it
properties.py     the custom resources' properties, checked
errors.py         why a request failed, as a sentence

runtime/          request, response, deadline, log: the standard library and the contract only
ownership/        which calls a request makes (plan), physical ids (identity), references: pure
api/              the API's client, the one place that calls out; retries, the headers of ownership, a launch as shown
start_launch/     Custom::EvidentlyStartLaunch, and what a launch's status means for it
managed/          Custom::EvidentlyProject, …Feature, …Segment, …Launch: the calls, and the diff to the desired state

Only api/client.py imports the SDK, and only the first call imports api/client.py: without it the handler is able to
respond, and a Delete is decided by its physical id.
"""
