"""`Project`: a namespace for features and launches."""

from collections.abc import Mapping
from typing import Any, Protocol

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_logs as logs
from aws_cdk.interfaces import aws_evidently as refs
from constructs import Construct

from cdk_evidently._common.account_and_region import check_given
from cdk_evidently._common.api_model import text_rule
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.log_groups import delivery_group
from cdk_evidently._common.references import Imported
from cdk_evidently._managed.managed_resource import ManagedResource
from cdk_evidently._provider.provider import EvidentlyProvider


class IProject(Protocol):
    """A project of the stack, or an imported one."""

    @property
    def project_name(self) -> str:
        """The project's plain name."""

    @property
    def project_arn(self) -> str:
        """The project's ARN."""


class Project(ManagedResource):
    """A project: a namespace for features and launches, and the destination of their evaluation events.

    An update changes everything but the name in place; another name replaces the project. A project that leaves the
    stack is deleted. The deletion fails, with their names, while it has features or launches that the stack does not
    own.

    Args:
        scope: the construct's parent.
        construct_id: the construct's id within the parent.
        project_name: the project's name, by default generated from the construct's path: a construct that moves to
            another scope is then another project, and the old one is deleted.
        description: a description of at most 160 characters.
        data_delivery: the log group, or its name, to which the API delivers evaluation events; by default none. An
            `EvidentlyService` needs it in its own `data_delivery` as well.
        tags: the project's tags, at most 50; `Tags.of(…)` adds to them.
        adopt_existing: whether to adopt an existing project of that name: the deploy updates it to this definition, and
            it stays when this leaves the stack. By default the deploy fails and leaves the existing one unchanged.
        removal_policy: whether the project is deleted when this leaves the stack, by default DESTROY. With RETAIN the
            Delete tells the API to keep it, and from then on nobody owns it. A DeletionPolicy of Retain is an error.
        endpoint: the API, by default `EvidentlyEndpoint.aws()` with a warning, as AWS ended the service.
        provider: the provider, by default the stack's shared one for the endpoint.

    Raises:
        InvalidArgumentError: `data_delivery` is not a log group, `endpoint` is not an EvidentlyEndpoint, or
            `removal_policy` is neither DESTROY nor RETAIN.
        InvalidDefinitionError: the definition breaks rules; the error lists all problems.
        ConflictingSettingsError: both `endpoint` and `provider`, or another construct of the stack has this project.

    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        project_name: str | None = None,
        description: str | None = None,
        data_delivery: logs.ILogGroup | str | None = None,
        tags: Mapping[str, str] | None = None,
        adopt_existing: bool = False,
        removal_policy: RemovalPolicy | None = None,
        endpoint: EvidentlyEndpoint | None = None,
        provider: EvidentlyProvider | None = None,
    ) -> None:
        definition: dict[str, Any] = {} if description is None else {"description": description}
        if data_delivery is not None:
            definition["dataDelivery"] = {"cloudWatchLogs": {"logGroup": delivery_group(data_delivery)}}
            check_given(Stack.of(scope), "data_delivery", data_delivery, has_region=False)
        super().__init__(scope, construct_id, endpoint=endpoint, provider=provider)
        self._name = project_name or self._generated_name(text_rule("ProjectName").longest)
        self._add_resource(
            "project",
            self._name,
            definition,
            problems=(),
            tags=tags,
            adopt_existing=adopt_existing,
            removal_policy=removal_policy,
            after=[data_delivery],
        )

    @classmethod
    def from_project_name(cls, scope: Construct, construct_id: str, project_name: str) -> IProject:
        """Import an existing project of the stack's account and region.

        Raises:
            InvalidArgumentError: the API allows no such name.

        """
        return Imported.by_name(scope, construct_id, "project", project_name)

    @classmethod
    def from_project_arn(cls, scope: Construct, construct_id: str, project_arn: str) -> IProject:
        """Import an existing project by its ARN.

        Raises:
            InvalidArgumentError: it is not the ARN of a project.

        """
        return Imported.by_arn(scope, construct_id, "project", project_arn)

    @property
    def project_name(self) -> str:
        """The project's plain name."""
        return self._name

    @property
    def project_arn(self) -> str:
        """The project's ARN at the deploy."""
        return self._attribute(contract.ATTRIBUTE_ARN)

    @property
    def project_ref(self) -> refs.ProjectReference:
        """The reference that CDK's own constructs accept for a project."""
        return refs.ProjectReference(project_arn=self.project_arn)

    @property
    def status(self) -> str:
        """The project's status at the end of the deploy: `AVAILABLE`."""
        return self._attribute(contract.ATTRIBUTE_STATUS)
