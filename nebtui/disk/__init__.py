"""Reading and replacing single files, whole and bounded. Nothing of Compose is in here."""
