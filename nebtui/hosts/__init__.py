"""The boxes nebtui can look at, each behind the seam of `nebtui.host`: live, files only."""
