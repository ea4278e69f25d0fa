"""The segment pattern language, line by line: the user guide's operators, and event-ruler's rules beyond it."""

import pytest

from evidently_service.evaluation.context import parse_context
from evidently_service.evaluation.pattern import compile_pattern

MATCHES = [
    # equality, OR within a field, AND over fields
    ('{"Browser": ["Chrome", "Firefox"]}', '{"Browser": "Firefox"}'),
    ('{"Browser": ["Chrome"], "Tier": ["gold"]}', '{"Browser": "Chrome", "Tier": "gold", "Age": 7}'),
    ('{"Paying": [true]}', '{"Paying": true}'),
    ('{"Paying": [false]}', '{"Paying": false}'),
    ('{"Parent": [null]}', '{"Parent": null}'),
    ('{"Name": [""]}', '{"Name": ""}'),
    ('{"Price": [300]}', '{"Price": 300}'),
    ('{"Price": [3.0e2]}', '{"Price": 3.0e2}'),
    ('{"a.b": ["x"]}', '{"a.b": "x"}'),
    # $or
    ('{"$or": [{"Browser": ["Chrome"]}, {"Tier": ["gold"]}]}', '{"Tier": "gold"}'),
    ('{"Age": [7], "$or": [{"Browser": ["Chrome"]}, {"Tier": ["gold"]}]}', '{"Tier": "gold", "Age": 7}'),
    ('{"$or": [{"a": ["x"]}, {"b": ["y"], "$or": [{"c": ["z"]}, {"d": ["w"]}]}]}', '{"b": "y", "d": "w"}'),
    ('{"user": {"$or": [{"a": ["x"]}, {"b": ["y"]}]}}', '{"user": {"b": "y"}}'),
    # anything-but
    ('{"Browser": [{"anything-but": "Safari"}]}', '{"Browser": "Chrome"}'),
    ('{"Browser": [{"anything-but": ["Safari", "Edge"]}]}', '{"Browser": "Chrome"}'),
    ('{"Price": [{"anything-but": [100, 200]}]}', '{"Price": 300}'),
    ('{"Price": [{"anything-but": 300}]}', '{"Price": 300.0}'),
    ('{"Price": [{"anything-but": 300}]}', '{"Price": "300"}'),
    ('{"Browser": [{"anything-but": "Safari"}]}', '{"Browser": null}'),
    ('{"Browser": [{"anything-but": "Safari"}]}', '{"Browser": ["Safari", "Chrome"]}'),
    # numeric
    ('{"Price": [{"numeric": ["=", 300]}]}', '{"Price": 3.0e2}'),
    ('{"Price": [{"numeric": ["<", 10]}]}', '{"Price": 9.99}'),
    ('{"Price": [{"numeric": ["<=", 10]}]}', '{"Price": 10.0}'),
    ('{"Price": [{"numeric": [">", -10]}]}', '{"Price": -9}'),
    ('{"Price": [{"numeric": [">=", 10]}]}', '{"Price": 10}'),
    ('{"Price": [{"numeric": [">", 10, "<=", 20]}]}', '{"Price": 20}'),
    ('{"Price": [{"numeric": [">=", 10, "<", 20]}]}', '{"Price": 10}'),
    ('{"Price": [{"numeric": [">", 5]}]}', '{"Price": 9007199254740994}'),
    ('{"Price": [{"numeric": [">", 5]}]}', '{"Price": 1.000000000000000000e3}'),
    ('{"Price": [{"numeric": ["=", 0]}]}', '{"Price": -0}'),
    # exists
    ('{"Email": [{"exists": true}]}', '{"Email": "a@b"}'),
    ('{"Email": [{"exists": true}]}', '{"Email": null}'),
    ('{"Email": [{"exists": true}]}', '{"Email": [[], [1]]}'),
    ('{"Email": [{"exists": false}]}', "{}"),
    ('{"Email": [{"exists": false}]}', '{"Email": {"home": "a@b"}}'),
    ('{"Email": [{"exists": false}]}', '{"Email": [[]]}'),
    ('{"Email": [{"exists": false}, "a@b"]}', '{"Email": "a@b"}'),
    ('{"user": {"email": [{"exists": false}]}}', "{}"),
    ('{"user": {"email": [{"exists": false}]}}', '{"user": "me"}'),
    ('{"items": {"x": [{"exists": false}]}}', '{"items": [{"y": 1}, 7, {"x": {}}]}'),
    ('{"items": {"$or": [{"x": [{"exists": false}]}, {"k": ["z"]}]}}', '{"items": [{"k": "a"}], "x": 1}'),
    # prefix, suffix
    ('{"Region": [{"prefix": "us-"}]}', '{"Region": "us-east-1"}'),
    ('{"Region": [{"prefix": ""}]}', '{"Region": ""}'),
    ('{"Region": [{"suffix": "West"}]}', '{"Region": "MidWest"}'),
    ('{"Region": [{"suffix": "West"}, {"prefix": "us-"}, "eu"]}', '{"Region": "eu"}'),
    # objects and arrays
    ('{"user": {"plan": {"tier": ["gold"]}}}', '{"user": {"plan": {"tier": "gold"}}}'),
    ('{"Tags": ["a"]}', '{"Tags": ["b", "a"]}'),
    ('{"Tags": ["a"]}', '{"Tags": [["b"], [["a"]]]}'),
    ('{"Tags": [{"prefix": "a"}]}', '{"Tags": ["b", "ab"]}'),
    ('{"staff": {"first": ["Anna"], "last": ["Smith"]}}', '{"staff": [{"first": "Anna", "last": "Smith"}]}'),
    ('{"d": {"b": [{"exists": false}], "a": [1]}}', '{"d": [{"a": 1}, {"b": 2}]}'),
    ('{"items": {"kind": ["a"], "x": [{"exists": false}]}}', '{"items": [{"kind": "a"}, {"kind": "b", "x": 1}]}'),
    ('{"d": {"a": [1]}, "$or": [{"d": {"b": [2]}}, {"c": [3]}]}', '{"d": [{"a": 1}, {"b": 2}], "c": 3}'),
    ('{"d": {"a": [1]}, "$or": [{"d": {"b": [2]}}, {"c": [3]}]}', '{"d": [{"a": 1}, {"a": 1, "b": 2}]}'),
    ('{"d": {"e": {"a": [1], "b": [{"exists": false}]}, "f": [2]}}', '{"d": [{"e": [{"a": 1}, {"b": 1}], "f": 2}]}'),
    ('{"staff": {"first": ["Anna"]}}', '{"staff": [[{"first": "John"}], [{"first": "Anna"}]]}'),
]

NO_MATCHES = [
    ('{"Browser": ["Chrome"]}', '{"Browser": "chrome"}'),
    ('{"Browser": ["Chrome"]}', '{"Browser": "Chrome "}'),
    ('{"Browser": ["Chrome"]}', '{"browser": "Chrome"}'),
    ('{"Browser": ["Chrome"]}', "{}"),
    ('{"Browser": ["Chrome"]}', '{"Browser": {"Chrome": "Chrome"}}'),
    ('{"Browser": ["Chrome"], "Tier": ["gold"]}', '{"Browser": "Chrome"}'),
    ('{"Price": [300]}', '{"Price": 300.0}'),
    ('{"Price": [300]}', '{"Price": 3.0e2}'),
    ('{"Price": [300]}', '{"Price": "300"}'),
    ('{"Price": ["300"]}', '{"Price": 300}'),
    ('{"Paying": [true]}', '{"Paying": "true"}'),
    ('{"Paying": [true]}', '{"Paying": 1}'),
    ('{"Parent": [null]}', "{}"),
    ('{"Parent": [null]}', '{"Parent": ""}'),
    ('{"Name": [""]}', '{"Name": null}'),
    ('{"a": {"b": ["x"]}}', '{"a.b": "x"}'),
    ('{"Age": [7], "$or": [{"Browser": ["Chrome"]}, {"Tier": ["gold"]}]}', '{"Age": 7}'),
    ('{"Age": [7], "$or": [{"Browser": ["Chrome"]}, {"Tier": ["gold"]}]}', '{"Tier": "gold"}'),
    ('{"$or": [{"a": ["x"], "b": ["y"]}, {"c": ["z"]}]}', '{"a": "x"}'),
    ('{"user": {"$or": [{"a": ["x"]}, {"b": ["y"]}]}}', '{"b": "y"}'),
    ('{"Browser": [{"anything-but": "Safari"}]}', '{"Browser": "Safari"}'),
    ('{"Browser": [{"anything-but": ["Safari", "Edge"]}]}', '{"Browser": "Edge"}'),
    ('{"Browser": [{"anything-but": "Safari"}]}', "{}"),
    ('{"Browser": [{"anything-but": "Safari"}]}', '{"Browser": []}'),
    ('{"Price": [{"anything-but": 300}]}', '{"Price": 300}'),
    ('{"Price": [{"numeric": ["=", 300]}]}', '{"Price": "300"}'),
    ('{"Price": [{"numeric": ["=", 1]}]}', '{"Price": true}'),
    ('{"Price": [{"numeric": [">", 5]}]}', '{"Price": 1e400}'),
    ('{"Price": [{"numeric": [">", 5]}]}', '{"Price": 9007199254740993}'),
    ('{"Price": [{"numeric": ["=", 0]}]}', '{"Price": 1e-400}'),
    ('{"Price": [{"numeric": [">", 5]}]}', '{"Price": 1e99999999999999999999}'),
    ('{"Price": [{"numeric": ["<", 10]}]}', '{"Price": 10}'),
    ('{"Price": [{"numeric": [">", 10]}]}', '{"Price": 10}'),
    ('{"Price": [{"numeric": [">", 10, "<=", 20]}]}', '{"Price": 10}'),
    ('{"Price": [{"numeric": [">=", 10, "<", 20]}]}', '{"Price": 20}'),
    ('{"Email": [{"exists": true}]}', "{}"),
    ('{"Email": [{"exists": true}]}', '{"Email": {"home": "a@b"}}'),
    ('{"Email": [{"exists": true}]}', '{"Email": []}'),
    ('{"Email": [{"exists": false}]}', '{"Email": null}'),
    ('{"Email": [{"exists": false}]}', '{"Email": [{"home": 1}, 7]}'),
    ('{"user": {"email": [{"exists": false}]}}', '{"user": {"email": ""}}'),
    ('{"d": {"a": {"z": [1]}, "a-": [{"exists": false}]}}', '{"d": [{"a": {"z": 1}}, {"a-": 1}]}'),
    ('{"items": {"kind": [{"exists": false}], "x": [1]}}', '{"items": [{"kind": "a"}, {"x": 1}]}'),
    ('{"items": {"kind": ["a"], "x": [{"exists": false}]}}', '{"items": [{"kind": "a", "x": 1}, {"kind": "b"}]}'),
    ('{"items": {"$or": [{"x": [{"exists": false}]}, {"k": ["z"]}]}}', '{"items": [{"k": "a"}, {"x": 1}]}'),
    ('{"d": {"a": [1]}, "$or": [{"d": {"b": [2]}}, {"c": [3]}]}', '{"d": [{"a": 1}, {"b": 2}]}'),
    ('{"$or": [{"x": ["a"]}, {"x": [{"exists": false}], "k": ["z"]}]}', "{}"),
    ('{"a": {"a": [1], "c": [2]}, "a.b": [3]}', '{"a": [{"a": 1}, {"c": 2}], "a.b": 3}'),
    ('{"a": {"a": [1], "c": [2]}, "a.b": {"x": [3]}}', '{"a": [{"a": 1}, {"c": 2}], "a.b": {"x": 3}}'),
    ('{"Region": [{"prefix": "us-"}]}', '{"Region": "US-east-1"}'),
    ('{"Region": [{"prefix": "3"}]}', '{"Region": 300}'),
    ('{"Region": [{"suffix": "West"}]}', '{"Region": "Western"}'),
    ('{"Region": [{"suffix": "0"}]}', '{"Region": 300}'),
    ('{"user": {"plan": ["gold"]}}', '{"user": ["plan", "gold"]}'),
    ('{"Tags": ["a"]}', '{"Tags": [{"Tags": "a"}]}'),
    (
        '{"staff": {"first": ["Anna"], "last": ["Jones"]}}',
        '{"staff": [{"first": "Anna", "last": "Smith"}, {"first": "Peter", "last": "Jones"}]}',
    ),
]


@pytest.mark.parametrize(("pattern", "context"), MATCHES)
def test_an_entity_is_in_the_segment(pattern: str, context: str) -> None:
    assert compile_pattern(pattern).matches(parse_context(context))


@pytest.mark.parametrize(("pattern", "context"), NO_MATCHES)
def test_an_entity_is_not_in_the_segment(pattern: str, context: str) -> None:
    assert not compile_pattern(pattern).matches(parse_context(context))
