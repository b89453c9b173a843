"""`python -m basisdesk` is the command line."""

from basisdesk.app.cli import main

main()
