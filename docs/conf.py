"""How the documentation site is built: `make docs-site`. Nothing is asked of a network, and a warning is an error."""

import gc
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]
# The nodes of every page stay until the build ends. Looking through them for what can go, again and again, takes a third of it.
gc.disable()

from pipelines import __version__  # noqa: E402

project, author, release, language = "Udbytte", "Udbytte", __version__, "en"
extensions = ["myst_parser", "made_from_code"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_ext", "_site"]
myst_heading_anchors = 4
myst_enable_extensions = ["deflist"]
suppress_warnings: list[str] = []

html_theme = "furo"
html_title = "Udbytte"
html_show_copyright = html_show_sphinx = html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {"navigation_with_keys": True}
