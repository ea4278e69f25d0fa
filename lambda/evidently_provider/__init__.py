"""The custom resources' handler: serves CloudFormation's requests, and responds to each.

handler.py        the entry: keeps the deadline, and responds whatever happens
lifecycle.py      a Create, Update or Delete from its request to its response: carries out its plan
registry.py       the handler of each resource type
invocation.py     a request and what serving it needs
properties.py     the custom resources' properties, checked
errors.py         the ways in which a request can fail; each sentence stands where it is raised

runtime/          request, response, deadline, log: the standard library and the contract only
ownership/        which calls a request makes (plan), physical ids (identity), references: pure
api/              the API's client, the only module that calls out; retries, the ownership headers, a launch
start_launch/     Custom::EvidentlyStartLaunch, and what a launch's status means for it
managed/          Custom::EvidentlyProject, …Feature, …Segment, …Launch: the calls, and the diff to the desired state

Only api/client.py imports the SDK, and only the first call imports api/client.py: a broken SDK then costs neither the
response nor a Delete that its physical id decides.
"""
