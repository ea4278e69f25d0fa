"""The managed resources: `Project`, `Feature`, `Segment`, `Launch`, and the values that they are made of."""
