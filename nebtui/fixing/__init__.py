"""A fix from plan to proof, to the files and back: plan → prove → write → watch → undo."""
