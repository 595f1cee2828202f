"""Figures in templates."""

from django import template

from backend.projects.figures import two_places

register = template.Library()
register.filter(two_places)
