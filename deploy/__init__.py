"""How the product is installed and run; nothing here decides anything about assistance."""
