"""The API's documents: what a request makes or changes, and how a resource looks in a response.

The renames between the two are AWS's: `groups[].feature/variation` come back as `featureVariations`,
`scheduledSplitsConfig` as `scheduledSplitsDefinition`, names of projects and segments as ARNs. The rules in here cross
members, which is beyond what the model can say.
"""
