"""`Custom::EvidentlyProject`, `…Feature`, `…Segment` and `…Launch`."""
