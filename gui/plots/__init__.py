"""What pyqtgraph draws: lines, bars and axes. Imported with the first lines, as pyqtgraph takes a while."""
