"""The HTML document around everything: what is linked, in which order, and what Dash must leave alone.

Vendored css comes first so that ours, which Dash includes by itself, wins at equal weight. The theme is
set by a small blocking script before the first paint, so a dark screen never flashes white. Every address
carries the file's time or stands in a folder named after its version, so browsers may keep it for ever.
"""

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "assets"

ASSETS_IGNORE = r"^(sse-worker|theme-boot|core)\.js$"
"""For ``Dash(assets_ignore=…)``: scripts that pages load themselves."""

ASSETS_PATH_IGNORE = ["^vendor$", "^vendor/"]
"""For ``Dash(assets_path_ignore=…)``: linked below, by version, ahead of our own css."""


def asset(path: str) -> str:
    """The address of a file of ``assets``, with its time of change."""
    return f"/assets/{path}?m={(FOLDER / path).stat().st_mtime_ns}"


VENDOR_CSS = (
    "/assets/vendor/bootstrap-5.3.9/bootstrap.min.css",
    "/assets/vendor/bootstrap-icons-1.13.2/bootstrap-icons.min.css",
)
OWN_CSS = ("tokens", "base", "components", "shell", "sign_in")
"""Our css for the pages Flask renders (sign-in, errors); Dash's document gets all of ``assets/css``."""

_FONTS = (
    "/assets/vendor/inter-5.3.0/inter-latin-wght-normal.woff2",
    "/assets/vendor/bootstrap-icons-1.13.2/fonts/bootstrap-icons.woff2?e34853135f9e39acf64315236852cd5a",
)

HEAD = "\n".join(
    [
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">',
        '<meta name="color-scheme" content="light dark">',
        f'<link rel="icon" href="{asset("brand/mark.svg")}" type="image/svg+xml">',
        f'<script src="{asset("js/theme-boot.js")}"></script>',
        f'<script src="{asset("js/core.js")}"></script>',
        *(f'<link rel="preload" href="{font}" as="font" type="font/woff2" crossorigin>' for font in _FONTS),
        *(f'<link rel="stylesheet" href="{sheet}">' for sheet in VENDOR_CSS),
    ]
)

INDEX = f"""<!DOCTYPE html>
<html lang="en">
<head>
{{%metas%}}
<title>{{%title%}}</title>
{HEAD}
{{%css%}}
</head>
<body>
{{%app_entry%}}
<footer>
{{%config%}}
{{%scripts%}}
{{%renderer%}}
</footer>
</body>
</html>"""
"""For ``Dash(index_string=…)``."""


def plain(title: str, body: str, *, body_class: str = "plain", css: tuple[str, ...] = ()) -> str:
    """A whole document without Dash. ``title`` and ``body`` must be safe HTML already; ``css`` names more sheets."""
    own = "\n".join(f'<link rel="stylesheet" href="{asset(f"css/{name}.css")}">' for name in (*OWN_CSS, *css))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title} · Callboard</title>
{HEAD}
{own}
</head>
<body class="{body_class}">
{body}
</body>
</html>"""
