"""Each operation of the API model is offered, or belongs to what this API leaves out."""

from evidently_service.operations import OFFERED
from evidently_service.protocol.api_model import service_model

# This API has no experiments: their list is empty, and a request for one of these gets a modelled error.
REFUSED = {
    "CreateExperiment",
    "DeleteExperiment",
    "GetExperiment",
    "GetExperimentResults",
    "StartExperiment",
    "StopExperiment",
    "UpdateExperiment",
}


def test_each_operation_of_the_model_is_offered_or_refused() -> None:
    assert not REFUSED & set(OFFERED)
    assert REFUSED | set(OFFERED) == set(service_model().operation_names)
