"""`Segment`: users with something in common, for whom launches can have other weights."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from aws_cdk import RemovalPolicy
from aws_cdk.interfaces import aws_evidently as refs
from constructs import Construct

from cdk_evidently._cdk.tokens import has_unknown, is_known_at_deploy, json_text
from cdk_evidently._common.api_model import text_rule
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import Imported
from cdk_evidently._managed.managed_resource import ManagedResource
from cdk_evidently._provider.provider import EvidentlyProvider

_DIGITS: Final = 8


class ISegment(Protocol):
    """A segment of the stack, or an imported one."""

    @property
    def segment_name(self) -> str:
        """The segment's plain name."""

    @property
    def segment_arn(self) -> str:
        """The segment's ARN."""


class Segment(ManagedResource):
    """A segment: the users whose evaluation context matches a pattern.

    The API can't change a segment. With a generated name, another pattern or description replaces the segment, which
    moves only the users for whom the pattern has another meaning: no name is in the hash of a launch's split. With a
    `segment_name`, such a change fails the deploy, unless the name changes too. A segment that leaves the stack is
    deleted. The deletion fails while a launch that the stack does not own refers to the segment.

    Args:
        scope: the construct's parent.
        construct_id: the construct's id within the parent.
        pattern: the pattern, as JSON text in the segment pattern language or as a mapping:
            `{"country": ["NO", "SE"]}`. At most 1024 characters.
        segment_name: the segment's name, by default generated from the construct's path, the pattern and the
            description: a construct that moves to another scope is then another segment.
        description: a description of at most 160 characters.
        tags: the segment's tags, at most 50; `Tags.of(…)` adds to them.
        adopt_existing: whether to adopt an existing segment of that name and pattern, which stays when this leaves the
            stack. By default the deploy fails and leaves the existing one unchanged.
        removal_policy: whether the segment is deleted when this leaves the stack, by default DESTROY. With RETAIN the
            Delete tells the API to keep it, and from then on nobody owns it. A DeletionPolicy of Retain is an error.
        endpoint: the API, by default `EvidentlyEndpoint.aws()` with a warning, as AWS ended the service.
        provider: the provider, by default the stack's shared one for the endpoint.

    Raises:
        InvalidArgumentError: `endpoint` is not an EvidentlyEndpoint, or `removal_policy` is neither DESTROY nor RETAIN.
        InvalidDefinitionError: the definition breaks rules; the error lists all problems.
        ConflictingSettingsError: both `endpoint` and `provider`, or another construct of the stack has this segment.

    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        pattern: str | Mapping[str, Any],
        segment_name: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        adopt_existing: bool = False,
        removal_policy: RemovalPolicy | None = None,
        endpoint: EvidentlyEndpoint | None = None,
        provider: EvidentlyProvider | None = None,
    ) -> None:
        text = pattern if isinstance(pattern, str) else json_text(scope, pattern)
        definition = {"pattern": text, **({} if description is None else {"description": description})}
        super().__init__(scope, construct_id, endpoint=endpoint, provider=provider)
        self._name = segment_name or self._name_with_digest(definition)
        self._add_resource(
            "segment",
            self._name,
            definition,
            problems=[*_pattern_problems(text), *(_name_problems(definition) if segment_name is None else ())],
            tags=tags,
            adopt_existing=adopt_existing,
            removal_policy=removal_policy,
        )

    @classmethod
    def from_segment_name(cls, scope: Construct, construct_id: str, segment_name: str) -> ISegment:
        """Import an existing segment of the stack's account and region.

        Raises:
            InvalidArgumentError: the API allows no such name.

        """
        return Imported.by_name(scope, construct_id, "segment", segment_name)

    @classmethod
    def from_segment_arn(cls, scope: Construct, construct_id: str, segment_arn: str) -> ISegment:
        """Import an existing segment by its ARN.

        Raises:
            InvalidArgumentError: it is not the ARN of a segment.

        """
        return Imported.by_arn(scope, construct_id, "segment", segment_arn)

    @property
    def segment_name(self) -> str:
        """The segment's plain name."""
        return self._name

    @property
    def segment_arn(self) -> str:
        """The segment's ARN at the deploy."""
        return self._attribute(contract.ATTRIBUTE_ARN)

    @property
    def segment_ref(self) -> refs.SegmentReference:
        """The reference that CDK's own constructs accept for a segment."""
        return refs.SegmentReference(segment_arn=self.segment_arn)

    def _name_with_digest(self, definition: Mapping[str, str]) -> str:
        # The API can't change a segment: a changed definition needs another name, and so another segment.
        digest = hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()[:_DIGITS]
        return f"{self._generated_name(text_rule('SegmentName').longest - _DIGITS - 1)}-{digest}"


def _name_problems(definition: Mapping[str, str]) -> Iterator[str]:
    for member, text in definition.items():
        if is_known_at_deploy(text):
            yield f"{member} is known only at the deploy; give a segment_name, as a generated name depends on it"


def _pattern_problems(pattern: str) -> Iterator[str]:
    if has_unknown(pattern):
        return
    try:
        found = json.loads(pattern)
    except ValueError as error:
        yield f"pattern is {pattern!r}; it has to be JSON text ({error})"
        return
    if not isinstance(found, dict):
        yield f"pattern is {pattern!r}; it has to be the text of a JSON object"
