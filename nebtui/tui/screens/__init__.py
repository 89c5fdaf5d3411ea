"""The screens, each with a sheet of the same stem in styles/."""
