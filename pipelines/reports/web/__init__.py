"""The report site's pages: each module makes one kind of page from what a night knows, as plain data; `kept` writes what changed."""
