"""The pages of the centre, one file a page."""
