"""Mediation of labour disputes and union legal aid."""
