"""The provider's role: made here or given, with one inline policy that follows what the app asks for."""

from typing import Any, Final

from aws_cdk import Annotations, Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_evidently._cdk.function import lambda_role
from cdk_evidently._cdk.l1 import l1_resource
from cdk_evidently._cdk.lazy import before_synthesis, lazy_any
from cdk_evidently._cdk.linters import acknowledge_wildcard, ignore_cfn_lint
from cdk_evidently._common.endpoint import EvidentlyEndpoint
from cdk_evidently._common.references import NamedLaunch
from cdk_evidently._provider.policy import (
    ANY,
    POLICY_CHARACTERS,
    Breadth,
    Place,
    breadth_that_fits,
    declaring_statements,
    policy_document,
    statements,
)

WARNING_BROAD_START: Final = "cdk-evidently:startPermissionBroadened"

_POLICY_NAME: Final = "Evidently"

# cfn-lint has forgotten Evidently's actions, with the service; endpoints other than AWS's still go by them.
_UNKNOWN_ACTION: Final = "W3037"

# Why a statement has wildcards, by its Sid.
_REASONS: Final = {
    "Start": "The launches named don't fit one by one into the inline policies of a role.",
    "GetAndStop": "CloudFormation narrows the role before it sends the Deletes of a clean-up: a launch that left the "
    "stack is read and stopped with the permissions of a template that no longer names it. Ownership is what protects "
    "others' launches there.",
    "Declare": "CloudFormation deletes what left the stack with the permissions of a template that no longer names it. "
    "Ownership is what protects others' resources there.",
    "Network": "A function in a VPC needs network interfaces, and EC2 takes no narrower resource for these actions.",
}


class ProviderRole:
    """Keeps the permissions of a provider's role in step with the launches that it is to start.

    Args:
        scope: the provider.
        endpoint: the API that it calls.
        log_group: where it writes.
        given: a role of the caller's, which gets a policy of its own; None to make a role with an inline one.
        in_vpc: whether the function needs network interfaces.

    """

    def __init__(
        self,
        scope: Construct,
        *,
        endpoint: EvidentlyEndpoint,
        log_group: logs.ILogGroup,
        given: iam.IRole | None,
        in_vpc: bool,
    ) -> None:
        self._scope = scope
        self._endpoint = endpoint
        self._in_vpc = in_vpc
        self._launches: list[NamedLaunch] = []
        self._warned = False
        self._declaring: iam.Policy | None = None
        self._place = Place(
            partition=Aws.PARTITION,
            region=endpoint.region or Aws.REGION,
            account=Aws.ACCOUNT_ID,
            api_id=endpoint.api_id or ANY,
            log_group_arn=log_group.log_group_arn,
        )
        self.role, self.policies = self._own_role() if given is None else self._with_policy(given)
        scope.node.add_validation(before_synthesis(self._complete))

    def allow_start(self, launch: NamedLaunch) -> None:
        """Let the role start this launch."""
        self._launches.append(launch)

    def allow_declaring(self) -> iam.Policy:
        """Let the role make, change and delete projects, features, segments and launches; returns the policy.

        It is a policy of its own, the same for every stack: when the last of these leaves, CloudFormation deletes them
        before the policy that they depend on. A policy that followed their names would be narrowed too early.
        """
        if self._declaring is None:
            content = declaring_statements(self._endpoint, self._place)
            stand_in = iam.PolicyStatement(actions=["logs:PutLogEvents"], resources=[self._place.log_group_arn])
            self._declaring = iam.Policy(self._scope, "DeclaringPolicy", statements=[stand_in], roles=[self.role])
            resource = l1_resource(self._declaring, iam.CfnPolicy)
            resource.policy_document = policy_document(content)
            ignore_cfn_lint(resource, _UNKNOWN_ACTION)
        return self._declaring

    def _own_role(self) -> tuple[iam.IRole, list[iam.Policy]]:
        role = lambda_role(self._scope, "Role")
        resource = l1_resource(role, iam.CfnRole)
        resource.policies = [
            iam.CfnRole.PolicyProperty(policy_name=_POLICY_NAME, policy_document=lazy_any(self._document))
        ]
        ignore_cfn_lint(resource, _UNKNOWN_ACTION)
        return role, []

    def _with_policy(self, role: iam.IRole) -> tuple[iam.IRole, list[iam.Policy]]:
        # The statement stands in until synthesis: CDK leaves out a policy that is empty.
        stand_in = iam.PolicyStatement(actions=["logs:PutLogEvents"], resources=[self._place.log_group_arn])
        policy = iam.Policy(self._scope, "Policy", statements=[stand_in])
        resource = l1_resource(policy, iam.CfnPolicy)
        resource.policy_document = lazy_any(self._document)
        ignore_cfn_lint(resource, _UNKNOWN_ACTION)
        role.attach_inline_policy(policy)
        return role, [policy]

    def _statements(self) -> list[dict[str, Any]]:
        return statements(self._endpoint, self._launches, self._place, self._breadth(), in_vpc=self._in_vpc)

    def _breadth(self) -> Breadth:
        declares = self._declaring is not None
        return breadth_that_fits(self._endpoint, self._launches, in_vpc=self._in_vpc, declares=declares)

    def _document(self) -> dict[str, Any]:
        return policy_document(self._statements())

    def _complete(self) -> None:
        declaring = [] if self._declaring is None else declaring_statements(self._endpoint, self._place)
        for statement in [*self._statements(), *declaring]:
            for resource in statement["Resource"]:
                if ANY in resource:
                    acknowledge_wildcard(self._scope, resource, _REASONS[statement["Sid"]])
        breadth = self._breadth()
        if breadth is not Breadth.LAUNCHES and not self._warned:
            self._warned = True
            Annotations.of(self._scope).add_warning_v2(
                WARNING_BROAD_START,
                f"{len(self._launches)} launches named one by one would not fit into the {POLICY_CHARACTERS} "
                f"characters of a role's inline policies, so the provider's role may start {breadth}. "
                "Spread them over several EvidentlyProvider to keep the permission narrow.",
            )
