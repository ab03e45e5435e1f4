"""Aggregates of the own cases, with disclosure control, to send help where rights are breached."""
