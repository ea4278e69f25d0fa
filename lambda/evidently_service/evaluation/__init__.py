"""Evaluation: the variation of an entity. Pure: plain values, without I/O and without a clock.

    context      an evaluationContext's JSON, whose numbers keep their text: `parse_context`
    pattern      the segment pattern language, compiled: `compile_pattern`, `Pattern.matches`
    conditions   the parts of a compiled pattern: fields and the graph of its rules
    search       the search of a context for the rules, within a number of steps
    operators    `prefix`, `numeric` and the other operators in a field's list
    split        from an entity to a bucket to a group, by a documented stable hash
    schedule     the current step of a launch
    evaluate     a feature and its running launches, ready to evaluate: `compile_plan`, `Plan.evaluate`
    plans        compiled plans, cached by their stored text
    errors       errors in contexts, patterns and launches

docs/evaluation.md has the rules for users. The hash must never change: a change would reassign every entity.
"""
