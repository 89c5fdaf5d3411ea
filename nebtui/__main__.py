"""Run nebtui as `python -m nebtui`."""

from nebtui.cli import main

raise SystemExit(main())
