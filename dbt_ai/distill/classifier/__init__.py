"""The small classifier: what a column is, and which tests of it are worth trying.

What a small language model is bad at, and what a logistic regression over a few hundred named features does well. It
is taught with scikit-learn on the cases of student/corpus (teaching.py), kept as readable JSON (classifier.json), and
applied in plain Python (applying.py).
"""
