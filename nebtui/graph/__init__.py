"""The rails graph in cells: its model, its layout, its strokes. Nothing of a terminal in it."""
