"""`Segment`: users with something in common, for whom launches may have other weights."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from aws_cdk import RemovalPolicy, Token
from aws_cdk.interfaces import aws_evidently as refs
from constructs import Construct

from cdk_evidently._common.api_model import text_rule
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import Imported, named
from cdk_evidently._managed.managed_resource import Declared, evidently_arn
from cdk_evidently._provider.provider import EvidentlyProvider

_DIGITS: Final = 8


class ISegment(Protocol):
    """A segment of the stack, or one that is there already."""

    @property
    def segment_name(self) -> str:
        """The segment's plain name."""

    @property
    def segment_arn(self) -> str:
        """The segment's ARN."""


class Segment(Declared):
    """A segment: whose evaluation context matches its pattern.

    The API can't change a segment. Without a name of its own, another pattern or description makes another segment, in
    the old one's place; with one, such a change fails the deploy, and another name is needed. When it leaves the stack
    it is deleted; that fails while a launch that the stack does not own refers to it.

    Args:
        scope: the construct's parent.
        construct_id: its name within the parent.
        pattern: which users: JSON text in the segment pattern language, or what such text stands for:
            `{"country": ["NO", "SE"]}`. Of at most 1024 characters.
        segment_name: the segment's name, by default one made of the construct's path, the pattern and the description.
        description: what it is for, of at most 160 characters.
        tags: the segment's tags, 50 at most; `Tags.of(…)` adds to them.
        adopt_existing: whether a segment of that name with that pattern that is there already will do; it stays when
            this leaves the stack. By default it fails the deploy, and stays as it is.
        removal_policy: RETAIN keeps the segment when this leaves the stack: the Delete tells the API, and from then on
            nobody owns it. By default DESTROY. A DeletionPolicy of Retain on the resource itself is an error.
        endpoint: the API, by default `EvidentlyEndpoint.aws()` with a warning, as AWS ended the service.
        provider: the function to use, by default one per endpoint and stack.

    Raises:
        InvalidArgumentError: `endpoint` is not an EvidentlyEndpoint, another `removal_policy`.
        InvalidDefinitionError: rules that are broken, all together.
        ConflictingSettingsError: both `endpoint` and `provider`.

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
        text = pattern if isinstance(pattern, str) else json.dumps(pattern)
        definition = {"pattern": text, **({} if description is None else {"description": description})}
        super().__init__(scope, construct_id, endpoint=endpoint, provider=provider)
        self._name = segment_name or self._name_by(definition)
        self._declare(
            "segment",
            self._name,
            definition,
            problems=_pattern_problems(text, segment_name),
            tags=tags,
            adopt_existing=adopt_existing,
            removal_policy=removal_policy,
        )

    @classmethod
    def from_segment_name(cls, scope: Construct, construct_id: str, segment_name: str) -> ISegment:
        """Return a segment of the stack's account and region that is there already.

        Raises:
            InvalidArgumentError: it is not a name that the API takes.

        """
        name = named("segment", segment_name).plain
        return _ImportedSegment(scope, construct_id, name, name, evidently_arn(scope, "segment", name))

    @classmethod
    def from_segment_arn(cls, scope: Construct, construct_id: str, segment_arn: str) -> ISegment:
        """Return a segment that is there already.

        Raises:
            InvalidArgumentError: it is not the ARN of a segment.

        """
        return _ImportedSegment(scope, construct_id, segment_arn, named("segment", segment_arn).plain, segment_arn)

    @property
    def segment_name(self) -> str:
        """The segment's plain name."""
        return self._name

    @property
    def segment_arn(self) -> str:
        """The segment's ARN, as the deploy found it."""
        return self._attribute(contract.ATTRIBUTE_ARN)

    @property
    def segment_ref(self) -> refs.SegmentReference:
        """The reference by which other constructs know the segment."""
        return refs.SegmentReference(segment_arn=self.segment_arn)

    def _name_by(self, definition: Mapping[str, str]) -> str:
        digest = hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()[:_DIGITS]
        return f"{self._generated_name(text_rule('SegmentName').longest - _DIGITS - 1)}-{digest}"


class _ImportedSegment(Imported):
    def __init__(self, scope: Construct, construct_id: str, given: str, name: str, arn: str) -> None:
        super().__init__(scope, construct_id, given)
        self.segment_name = name
        self.segment_arn = arn
        self.segment_ref = refs.SegmentReference(segment_arn=arn)


def _pattern_problems(pattern: str, segment_name: str | None) -> Iterator[str]:
    if Token.is_unresolved(pattern):
        if segment_name is None:
            yield "pattern is a token; the segment needs a segment_name then, as its own follows the pattern"
        return
    try:
        found = json.loads(pattern)
    except ValueError as error:
        yield f"pattern is {pattern!r}; it has to be JSON text ({error})"
        return
    if not isinstance(found, dict):
        yield f"pattern is {pattern!r}; it has to be the text of a JSON object"
