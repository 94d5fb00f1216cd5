"""`python -m pimsync`."""

from pimsync.cli.app import main

main()
