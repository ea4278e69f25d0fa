"""The custom resources' handler: what CloudFormation asks, done and answered.

handler.py       the entry: keeps the deadline, and answers whatever happens
request.py       CloudFormation's event as a value
answer.py        the answer: its body, and its way to the response URL
log.py           one JSON line per step
deadline.py      until when the API may be called
job.py           a request and what its work may use
resources.py     resource type → what Create, Update and Delete do
start_launch.py  Custom::EvidentlyStartLaunch
decisions.py     what a launch's status means for it: pure
declared.py      Custom::EvidentlyProject, …Feature, …Segment, …Launch: made and changed
letting_go.py    and deleted
definitions.py   which calls make a thing what it is wanted to be: pure
thing.py         a thing by kind and name: pure
work.py          what these share: the API, patience, the tag of a holder
properties.py    the resources' properties, checked
launch.py        a launch as the API shows it: pure
identity.py      physical ids, ARNs, the starter: pure
retry.py         which failures are tried again, and for how long
evidently.py     the API's client: the one place that calls out
errors.py        why a request failed, as a sentence

The first six import the standard library only: with these the handler is able to answer, and then imports the rest.
"""
