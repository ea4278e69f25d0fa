"""The custom resources' handler: what CloudFormation asks for, done and responded to.

handler.py       the entry: keeps the deadline, and responds whatever happens
request.py       CloudFormation's event as a value
answer.py        the response: its body, and its way to the response URL
log.py           one JSON line per step
deadline.py      until when the API may be called
invocation.py    a request and what may be used to serve it
identity.py      physical ids: pure
references.py    a resource of the API by kind and names, and its ARN: pure
properties.py    the custom resources' properties, checked

resources.py     resource type → what serves it; carries the plan out
ownership.py     which calls a request makes, and what their outcomes come to: pure
start_launch.py  Custom::EvidentlyStartLaunch
decisions.py     what a launch's status means for it: pure
launch.py        a launch as the API shows it: pure
managed.py       Custom::EvidentlyProject, …Feature, …Segment, …Launch
reconcile.py     the calls that give one of these its desired state: pure
calls.py         the calls of one request, tried again, and whether they can have had an effect
retry.py         which failures are tried again, and for how long
owner.py         the headers of ownership: pure
client.py        the API's client: the one place that calls out
errors.py        why a request failed, as a sentence

All but client.py import the standard library only: with these the handler is able to respond, and a Delete to decide by
its id; the SDK comes with the first call.
"""
