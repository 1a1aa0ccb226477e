"""`python -m htmlgen`: the same as the `htmlgen` command."""

from htmlgen.cli import main

if __name__ == "__main__":
    main()
