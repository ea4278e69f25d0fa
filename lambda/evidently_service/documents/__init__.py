"""The API's documents: from a request to a resource, and from a resource to a response. Pure.

The differences between the two are AWS's: `groups[].feature/variation` come back as `featureVariations`,
`scheduledSplitsConfig` as `scheduledSplitsDefinition`, names of projects and segments as ARNs. The rules here compare
members with each other; the model has the rules for a single member.
"""
