"""`Project`: where features and launches live."""

from collections.abc import Mapping
from typing import Any, Protocol

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from aws_cdk.interfaces import aws_evidently as refs
from constructs import Construct

from cdk_evidently._common.api_model import text_rule
from cdk_evidently._common.contract import contract
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.log_groups import delivery_group
from cdk_evidently._common.references import Imported, named
from cdk_evidently._managed.managed_resource import Declared, evidently_arn
from cdk_evidently._provider.provider import EvidentlyProvider


class IProject(Protocol):
    """A project of the stack, or one that is there already."""

    @property
    def project_name(self) -> str:
        """The project's plain name."""

    @property
    def project_arn(self) -> str:
        """The project's ARN."""


class Project(Declared):
    """A project: a namespace for features and launches, and where their evaluation events go.

    What the API can change changes in place; another name is another project. When it leaves the stack it is deleted;
    a project with features or launches that the stack does not own fails that, with their names.

    Args:
        scope: the construct's parent.
        construct_id: its name within the parent.
        project_name: the project's name, by default one made of the construct's path.
        description: what it is for, of at most 160 characters.
        data_delivery: the log group, or its name, to which evaluation events go; an `EvidentlyService` has to be given
            it as well. By default none.
        tags: the project's tags, 50 at most; `Tags.of(…)` adds to them.
        adopt_existing: whether a project of that name that is there already will do: it is made as declared here, and
            stays when this leaves the stack. By default it fails the deploy, and stays as it is.
        removal_policy: RETAIN keeps the project when this leaves the stack: the Delete tells the API, and from then on
            nobody owns it. By default DESTROY. A DeletionPolicy of Retain on the resource itself is an error.
        endpoint: the API, by default `EvidentlyEndpoint.aws()` with a warning, as AWS ended the service.
        provider: the function to use, by default one per endpoint and stack.

    Raises:
        InvalidArgumentError: `data_delivery` is not a log group, `endpoint` is not an EvidentlyEndpoint, another
            `removal_policy`.
        InvalidDefinitionError: rules of the API that are broken, all together.
        ConflictingSettingsError: both `endpoint` and `provider`.

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
        super().__init__(scope, construct_id, endpoint=endpoint, provider=provider)
        self._name = project_name or self._generated_name(text_rule("ProjectName").longest)
        self._declare(
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
        """Return a project of the stack's account and region that is there already.

        Raises:
            InvalidArgumentError: it is not a name that the API takes.

        """
        name = named("project", project_name).plain
        return _ImportedProject(scope, construct_id, name, name, evidently_arn(scope, "project", name))

    @classmethod
    def from_project_arn(cls, scope: Construct, construct_id: str, project_arn: str) -> IProject:
        """Return a project that is there already.

        Raises:
            InvalidArgumentError: it is not the ARN of a project.

        """
        return _ImportedProject(scope, construct_id, project_arn, named("project", project_arn).plain, project_arn)

    @property
    def project_name(self) -> str:
        """The project's plain name."""
        return self._name

    @property
    def project_arn(self) -> str:
        """The project's ARN, as the deploy found it."""
        return self._attribute(contract.ATTRIBUTE_ARN)

    @property
    def project_ref(self) -> refs.ProjectReference:
        """The reference by which other constructs know the project."""
        return refs.ProjectReference(project_arn=self.project_arn)

    @property
    def status(self) -> str:
        """The project's status as the deploy left it: `AVAILABLE`."""
        return self._attribute(contract.ATTRIBUTE_STATUS)


class _ImportedProject(Imported):
    def __init__(self, scope: Construct, construct_id: str, given: str, name: str, arn: str) -> None:
        super().__init__(scope, construct_id, given)
        self.project_name = name
        self.project_arn = arn
        self.project_ref = refs.ProjectReference(project_arn=arn)
