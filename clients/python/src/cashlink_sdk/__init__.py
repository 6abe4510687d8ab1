"""Client of the Partner API: Distributor and Issuer API of one environment, and the check of its webhooks."""

from . import models, webhooks
from ._connection import Environment, Settings
from ._errors import CashlinkError, Refused, SignInRefused, TooMany, Unreachable, Unreadable
from ._keys import Key
from ._lists import List
from .operations import *  # noqa: F403
from .operations import __all__ as _operations

__version__ = "0.1.0"
__all__ = [
    "CashlinkError",
    "Environment",
    "Key",
    "List",
    "Refused",
    "Settings",
    "SignInRefused",
    "TooMany",
    "Unreachable",
    "Unreadable",
    "models",
    "webhooks",
    *_operations,
]
