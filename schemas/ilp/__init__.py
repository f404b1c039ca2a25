"""The canonical Individualized Learning Plan: one module per area, `plan.Plan` holds them all."""
