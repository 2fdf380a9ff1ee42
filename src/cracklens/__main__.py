"""`python -m cracklens` is the command."""

from cracklens.cli.main import main

if __name__ == "__main__":
    main()
