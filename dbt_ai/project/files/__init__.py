"""A dbt project as its files say it, without dbt: what hooks look at.

layout      what dbt_project.yml says of folders and configurations
git         what a commit touches, and the files as they were before it
tree        the files of a project at one time: models, property files, doc blocks
entries     entries of property files with the lines on which they stand
jinja       what the Jinja of a model calls: config, ref, source
"""
