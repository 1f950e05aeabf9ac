"""`make screenshots`: every picture in `docs/pictures`, taken of the real window with real runs in it."""
