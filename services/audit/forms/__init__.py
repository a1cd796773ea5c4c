"""Papers of a finding to print and sign: 取证单, 整改通知书, 销号单; field sheets of spot checks; and records as people can read them, masked."""

from services.audit.forms.papers import PAPERS, Fact, finding_page
from services.audit.forms.readable import readable

__all__ = ("PAPERS", "Fact", "finding_page", "readable")
