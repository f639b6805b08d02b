"""What hooks look for in a change: from the files as they are committed, with no dbt, warehouse or model.

reading      the SQL of a model without its Jinja: columns, and what it says of rows and columns
touched      which models a change touches, and what of them
docs         descriptions that are missing, or that the change has made stale
data_tests   tests that the SQL implies and that are missing; tests that cannot fail; tests that are there twice
refs         names of models and columns that do not exist; Jinja that runs in a text of ours
fixing       what of it is derived without data, written
"""
