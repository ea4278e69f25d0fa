"""Launches through a real boto3 client: create, start, stop, delete, and what each state refuses."""

from helpers.service import Service


def test_a_launch_runs_from_start_to_stop(service: Service) -> None:
    evidently = service.client()
    evidently.create_project(name="petfood")
    evidently.create_feature(
        project="petfood", name="upsell", variations=[{"name": "on", "value": {"boolValue": True}}]
    )
    evidently.create_launch(
        project="petfood", name="november", groups=[{"name": "all", "feature": "upsell", "variation": "on"}]
    )
    assert evidently.start_launch(project="petfood", launch="november")["launch"]["status"] == "RUNNING"
    evidently.stop_launch(project="petfood", launch="november")
    assert evidently.get_launch(project="petfood", launch="november")["launch"]["status"] == "COMPLETED"
