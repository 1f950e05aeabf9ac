"""The fault campaign (`make faults`): breaks what can break, and counts what was kept."""
