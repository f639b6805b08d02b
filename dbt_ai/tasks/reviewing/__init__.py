"""What a branch does to the models of a project."""
