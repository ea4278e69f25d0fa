"""`ManagedResource`, the base of `Project`, `Feature`, `Segment` and `Launch`: a custom resource with a definition."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import jsii
from aws_cdk import ITaggableV2, Names, RemovalPolicy, Stack, TagManager, TagType
from constructs import Construct, IConstruct

from cdk_evidently._cdk.arguments import of_kind
from cdk_evidently._cdk.lazy import lazy_any
from cdk_evidently._cdk.logical_ids import name_resource, path_logical_id
from cdk_evidently._common.account_and_region import check_account_and_region
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.owned_resource import OwnedResource, on_delete
from cdk_evidently._common.references import Kind, ResourceRef
from cdk_evidently._managed.properties import properties_of
from cdk_evidently._managed.shapes import shape_problems
from cdk_evidently._provider.duplicate_guard import DuplicateGuard
from cdk_evidently._provider.lookup import check_one_endpoint, provider_for
from cdk_evidently._provider.provider import EvidentlyProvider
from cdk_evidently.errors import InvalidDefinitionError

_TYPES: Final[Mapping[Kind, str]] = {
    "project": contract.PROJECT_RESOURCE_TYPE,
    "feature": contract.FEATURE_RESOURCE_TYPE,
    "segment": contract.SEGMENT_RESOURCE_TYPE,
    "launch": contract.LAUNCH_RESOURCE_TYPE,
}
_NAME_PUNCTUATION: Final = "-._"
_DIGITS: Final = 8  # of a hash in a logical id: CDK's of the path, and ours of the provider
_LONGEST_PATH: Final = 255 - _DIGITS  # CDK's logical id of a path, within the 255 characters of ours


@jsii.implements(ITaggableV2)
class ManagedResource(Construct):
    """A resource that the stack creates, updates, and deletes or keeps through the Evidently API.

    Its attributes from the API are a snapshot taken at the deploy.
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
        # A shared provider knows the dependencies of the endpoint that it was created with; an equal one may have more.
        self._endpoint_dependencies = () if endpoint is None else endpoint.dependencies

    @property
    def provider(self) -> EvidentlyProvider:
        """The provider: the function that handles its requests, its role and its log group."""
        return self._provider

    def _generated_name(self, longest: int) -> str:
        return Names.unique_resource_name(
            self, max_length=longest, separator="-", allowed_special_characters=_NAME_PUNCTUATION
        )

    def _add_resource(
        self,
        kind: Kind,
        name: str,
        definition: Mapping[str, Any],
        *,
        project: ResourceRef | None = None,
        related: Iterable[ResourceRef] = (),
        problems: Iterable[str],
        tags: Mapping[str, str] | None,
        adopt_existing: bool,
        removal_policy: RemovalPolicy | None,
        after: Iterable[object] = (),
    ) -> None:
        """Check the definition and add the custom resource.

        Args:
            kind: the resource's kind.
            name: the resource's name.
            definition: the members of the API's Create request, without name, project and tags.
            project: the project of a feature or launch.
            related: the other resources that the definition names.
            problems: the broken rules that the API's model does not have.
            tags: the resource's tags.
            adopt_existing: whether to adopt an existing resource of that name.
            removal_policy: whether the Delete deletes or keeps the resource.
            after: the arguments that name other resources; the custom resource depends on the constructs among them.

        Raises:
            InvalidArgumentError: an unsupported removal policy, or an ARN of another account or Region.
            InvalidDefinitionError: the definition breaks rules.

        """
        action = on_delete(removal_policy)
        of_kind("adopt_existing", adopt_existing, bool, "Give True or False: a token has no value at synth")
        check_account_and_region(self, self._provider.endpoint, [*([project] if project else []), *related])
        own_tags = dict(tags or {})
        request = {"name": name, **definition, "tags": own_tags}
        found = [*shape_problems(f"Create{kind.capitalize()}Request", request, ""), *_tag_problems(own_tags), *problems]
        if found:
            raise InvalidDefinitionError(self.node.path, found)
        project_name = project.name if project else ""
        DuplicateGuard.of(Stack.of(self)).register_resource(self, self._provider, kind, project_name, name)
        given_tags = [{"key": key, "value": value} for key, value in own_tags.items()]
        self._tags = TagManager(TagType.STANDARD, _TYPES[kind], given_tags)
        prerequisites = self._provider.serve_managed()
        properties = {
            "ServiceToken": self._provider.service_token,
            "ServiceTimeout": self._provider.service_timeout,
            contract.PROPERTY_SCHEMA_VERSION: contract.SCHEMA_VERSION,
            **({contract.PROPERTY_PROJECT: project.given} if project else {}),
            contract.PROPERTY_NAME: name,
            **properties_of(kind, definition),
            # Lazy, because `Tags.of(…)` adds tags during synth.
            contract.PROPERTY_TAGS: lazy_any(self._rendered_tags),
            **({contract.PROPERTY_ON_DELETE: action} if action != contract.ON_DELETE_DELETE else {}),
            contract.PROPERTY_ENDPOINT: self._provider.moving_endpoint,
            **({contract.PROPERTY_ADOPT_EXISTING: "true"} if adopt_existing else {}),
        }
        self._resource = OwnedResource(
            self, resource_type=_TYPES[kind], properties=properties, to_keep="removal_policy=RemovalPolicy.RETAIN"
        )
        constructs = [it for it in after if isinstance(it, Construct)]
        self._resource.node.add_dependency(*prerequisites, *self._endpoint_dependencies, *constructs)
        self._name_resource()

    @property
    def cdk_tag_manager(self) -> TagManager:
        """The resource's tags, to which `Tags.of(…)` adds."""
        return self._tags

    @property
    def created_time(self) -> str:
        """The time of the resource's creation: ISO 8601, UTC."""
        return self._attribute(contract.ATTRIBUTE_CREATED_TIME)

    @property
    def last_updated_time(self) -> str:
        """The time of the resource's last change before the end of the deploy: ISO 8601, UTC.

        It changes, so another stack must not import it: CloudFormation would fail the deploy that changes the export.
        """
        return self._attribute(contract.ATTRIBUTE_LAST_UPDATED_TIME)

    @property
    def ref(self) -> str:
        """The physical id: the resource's ARN, with `#adopted` if it existed before."""
        return self._resource.ref

    def execute_after(self, *constructs: IConstruct) -> None:
        """Create the resource after these constructs."""
        self.node.add_dependency(*constructs)

    def _rendered_tags(self) -> list[dict[str, str]] | None:
        rendered = self._tags.render_tags() or []
        return [{contract.TAG_KEY: it["key"], contract.TAG_VALUE: it["value"]} for it in rendered] or None

    def _attribute(self, name: str) -> str:
        return self._resource.get_att(name).to_string()

    def _name_resource(self) -> None:
        # CloudFormation refuses to change a resource's ServiceToken: another provider needs another logical id.
        stack, path = Stack.of(self), path_logical_id(self._resource)
        if len(path) > _LONGEST_PATH:
            path = f"{path[: _LONGEST_PATH - _DIGITS]}{path[-_DIGITS:]}"  # with the hash, which alone may differ

        def logical_id() -> str:
            return path + hashlib.sha256(self._provider.identity(stack).encode()).hexdigest()[:_DIGITS].upper()

        name_resource(self._resource, logical_id)


def _tag_problems(tags: Mapping[str, str]) -> list[str]:
    # The API's model has a rule for each tag and none for their number.
    if len(tags) <= contract.MAX_TAGS:
        return []
    return [f"tags has {len(tags)} entries; at most {contract.MAX_TAGS} are allowed"]
