"""cfn-custom-resource: a function per request, registered by decorators."""

from typing import Any

from cfn_custom_resource import create, delete, lambda_handler, update

from reliability.user_code import carry_out

handler = lambda_handler


@create()
def on_create(event: Any, _: Any) -> tuple[str, dict[str, Any]]:
    """Create."""
    return carry_out(event)


@update()
def on_update(event: Any, _: Any) -> tuple[str, dict[str, Any]]:
    """Update."""
    return carry_out(event)


@delete()
def on_delete(event: Any, _: Any) -> None:
    """Delete."""
    carry_out(event)
