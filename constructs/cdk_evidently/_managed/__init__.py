"""The managed resources: `Project`, `Feature`, `Segment`, `Launch`, and the values in their definitions."""
