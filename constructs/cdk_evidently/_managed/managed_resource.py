"""What `Project`, `Feature`, `Segment` and `Launch` have in common: a custom resource with a name and a definition."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import jsii
from aws_cdk import IResolveContext, ITaggableV2, Names, RemovalPolicy, Stack, TagManager, TagType
from constructs import Construct, IConstruct

from cdk_evidently._cdk.lazy import lazy_any, lazy_text
from cdk_evidently._common.arn_place import check_place
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.owned_resource import OwnedResource, on_delete
from cdk_evidently._common.references import Name
from cdk_evidently._managed.shapes import shape_problems
from cdk_evidently._provider.duplicate_guard import Claims
from cdk_evidently._provider.lookup import check_one_endpoint, provider_for
from cdk_evidently._provider.provider import EvidentlyProvider
from cdk_evidently.errors import InvalidDefinitionError

_TYPES: Final = {
    "project": contract.PROJECT_RESOURCE_TYPE,
    "feature": contract.FEATURE_RESOURCE_TYPE,
    "segment": contract.SEGMENT_RESOURCE_TYPE,
    "launch": contract.LAUNCH_RESOURCE_TYPE,
}
_SEPARATORS: Final = "-._"
_READABLE_CHARACTERS: Final = 240  # of the 255 that a logical id may have


@jsii.implements(ITaggableV2)
class Declared(Construct):
    """A resource that the stack creates through the Evidently API, updates, and deletes or keeps in the end.

    Attributes that the deploy finds out are a snapshot of it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: EvidentlyEndpoint | None,
        provider: EvidentlyProvider | None,
        related: Sequence[object] = (),
    ) -> None:
        check_one_endpoint(endpoint, provider)
        super().__init__(scope, construct_id)
        self._provider = provider_for(self, endpoint, provider, *related)

    @property
    def provider(self) -> EvidentlyProvider:
        """The function that handles its requests, with its role and its log group."""
        return self._provider

    def _generated_name(self, longest: int) -> str:
        return Names.unique_resource_name(
            self, max_length=longest, separator="-", allowed_special_characters=_SEPARATORS
        )

    def _declare(
        self,
        kind: str,
        name: str,
        definition: Mapping[str, Any],
        *,
        project: Name | None = None,
        related: Iterable[tuple[str, Name]] = (),
        problems: Iterable[str],
        tags: Mapping[str, str] | None,
        adopt_existing: bool,
        removal_policy: RemovalPolicy | None,
        after: Iterable[object] = (),
    ) -> None:
        """Add the custom resource.

        Args:
            kind: `project`, `feature`, `segment` or `launch`.
            name: its name.
            definition: the members of the API's Create request but for name, project and tags.
            project: the project that it is in.
            related: what it names beside, each by the kind of it.
            problems: what is wrong with the definition beside what the API's model says.
            tags: its tags.
            adopt_existing: whether to adopt a resource of that name that exists already.
            removal_policy: whether the API deletes or keeps it when this leaves the stack.
            after: what has to be there before it; whatever is no construct is left out.

        Raises:
            InvalidArgumentError: another removal policy, an ARN of another account or Region.
            InvalidDefinitionError: with all problems.

        """
        action = on_delete(removal_policy)
        named = [*([("project", project)] if project else []), *related]
        check_place(self, self._provider.endpoint, named)
        own_tags = dict(tags or {})
        request = {"name": name, **definition, "tags": own_tags}
        found = [*shape_problems(f"Create{kind.capitalize()}Request", request, ""), *_tag_problems(own_tags), *problems]
        if found:
            raise InvalidDefinitionError(self.node.path, found)
        within = project.plain if project else ""
        Claims.of(Stack.of(self)).claim_thing(self, self._provider, kind, within, name)
        self._tags = TagManager(TagType.MAP, _TYPES[kind], own_tags)
        prerequisites = self._provider.serve_declared()
        properties = {
            "ServiceToken": self._provider.service_token,
            "ServiceTimeout": self._provider.service_timeout,
            contract.PROPERTY_SCHEMA_VERSION: contract.SCHEMA_VERSION,
            **({contract.PROPERTY_PROJECT: project.given} if project else {}),
            contract.PROPERTY_NAME: name,
            contract.PROPERTY_DEFINITION: Stack.of(self).to_json_string(definition),
            contract.PROPERTY_TAGS: lazy_any(lambda: self._tags.render_tags() or {}),
            contract.PROPERTY_ON_DELETE: action,
            contract.PROPERTY_ENDPOINT: self._provider.moving_endpoint,
            **({contract.PROPERTY_ADOPT_EXISTING: "true"} if adopt_existing else {}),
        }
        self._resource = OwnedResource(
            self, resource_type=_TYPES[kind], properties=properties, to_keep="removal_policy=RemovalPolicy.RETAIN"
        )
        constructs = [it for it in after if isinstance(it, Construct)]
        self._resource.node.add_dependency(*prerequisites, *constructs)
        self._name_resource()

    @property
    def cdk_tag_manager(self) -> TagManager:
        """Its tags, for `Tags.of(…)`."""
        return self._tags

    @property
    def created_time(self) -> str:
        """When it was made, as the deploy found it: ISO 8601, UTC."""
        return self._attribute(contract.ATTRIBUTE_CREATED_TIME)

    @property
    def last_updated_time(self) -> str:
        """When it was last changed, as the deploy found it: ISO 8601, UTC."""
        return self._attribute(contract.ATTRIBUTE_LAST_UPDATED_TIME)

    @property
    def ref(self) -> str:
        """The physical id: its ARN, with `#adopted` after it if it was there already."""
        return self._resource.ref

    def execute_after(self, *constructs: IConstruct) -> None:
        """Make it once these constructs are there."""
        self.node.add_dependency(*constructs)

    def _attribute(self, name: str) -> str:
        return self._resource.get_att(name).to_string()

    def _name_resource(self) -> None:
        """CloudFormation refuses to change a resource's ServiceToken, so that another one makes it another resource."""
        resource, stack = self._resource, Stack.of(self)
        usual: str = stack.resolve(resource.logical_id)

        def logical_id(_: IResolveContext) -> str:
            provider = hashlib.sha256(self._provider.identity(stack).encode()).hexdigest()[:8].upper()
            return f"{usual[:_READABLE_CHARACTERS]}{provider}"

        resource.override_logical_id(lazy_text(logical_id))


def evidently_arn(scope: Construct, *parts: str) -> str:
    """Return the ARN of something in the scope's account and region: `project`, `petfood`, …."""
    return Stack.of(scope).format_arn(service=contract.API_NAME, resource=parts[0], resource_name="/".join(parts[1:]))


def _tag_problems(tags: Mapping[str, str]) -> list[str]:
    most: int = contract.MAX_TAGS
    return [f"tags has {len(tags)} entries; at most {most} are allowed"] if len(tags) > most else []
