"""Doing what an admin asked for on the settings page, and saying what became of it."""

from collections.abc import Callable
from typing import Any

from dash import ctx, set_props

from dashapp.components.shell import TOAST_STORE
from models.store.choices import BadChoice
from models.store.dispositions import BadDisposition
from models.store.stages import BadStage


def said(act: Callable[[], Any], done: str) -> bool:
    """Do it; say ``done`` (nothing if empty) or, in plain words, why it could not be. Was it done?"""
    try:
        act()
    except (BadChoice, BadDisposition, BadStage) as why:
        text = str(why)
        toast(f"Not saved: {text[:1].lower()}{text[1:].rstrip('.')}.", "exclamation-triangle")
        return False
    if done:
        toast(done, "check-lg")
    return True


def toast(text: str, icon: str) -> None:
    set_props(TOAST_STORE, {"data": {"text": text, "icon": icon}})


def triggered() -> Any:
    """The new value of what triggered the callback; None when nothing did."""
    return ctx.triggered[0]["value"] if ctx.triggered else None
