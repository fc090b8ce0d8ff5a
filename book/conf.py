"""How Sphinx makes the site; `book/build.py` calls it. Nothing here may need the network."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import grader

project = "TensorFlow 2 from the ground up"
author = "its authors"
copyright = "text under CC BY 4.0, code under MIT"  # noqa: A001
version = release = grader.__version__
language = "en"

extensions = ["myst_nb", "sphinx_design", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "book.mathml", "book.site"]
exclude_patterns = ["**/given.py", "**/*.csv"]
nitpicky = True
nitpick_ignore_regex = [
    (r"py:.*", r"(?!grader\.).*"),  # other projects' names would need their inventories
    (r"py:(class|obj)", r"grader\..*\._[A-Z]\w*"),  # type variables, which no page has
]
default_role = "code"  # docstrings quote code in single backticks
highlight_language = "none"

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

nb_execution_mode = os.environ.get("BOOK_EXECUTION", "cache")  # "off" for a quick look
nb_execution_cache_path = os.environ.get("BOOK_CACHE", "")
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_default_options = {"show-inheritance": False}
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = project
html_math_renderer = "mathml"
html_static_path = ["static"]
html_favicon = "static/icon.svg"
html_css_files = ["site.css"]
html_js_files = [("scrolling.js", {"defer": "defer"})]
html_domain_indices = False
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": False}
