"""The panels around the centre, one file a panel."""
