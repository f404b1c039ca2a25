"""The records office: what leaves is decided and on the log, and a refusal leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.access_world import DAY, NOW, TENANT, World
