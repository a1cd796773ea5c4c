"""The monthly benefit list (发放名册) and the standing list (公布): who is due, what the bank paid, who hangs at the door."""
