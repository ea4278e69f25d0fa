"""Which variation an entity gets: pure, from plain values to plain values, without I/O and without a clock.

    context      an evaluationContext's JSON, whose numbers keep their text: `parse_context`
    pattern      the segment pattern language, compiled: `compile_pattern`, `Pattern.matches`
    conditions   what a compiled pattern is made of
    operators    `prefix`, `numeric` and the rest of what may stand in a field's list
    split        entity to bucket to group, by a documented stable hash
    schedule     the step of a launch that counts at a time
    evaluate     a feature and its running launches, ready to evaluate: `compile_plan`, `Plan.evaluate`
    errors       what can be wrong with any of it

docs/evaluation.md says the same for users; a change of the hash moves everybody and is not to be made.
"""
