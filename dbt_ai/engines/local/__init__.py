"""Small models that run on this machine: which there are, where their weights lie, and how they are served."""
