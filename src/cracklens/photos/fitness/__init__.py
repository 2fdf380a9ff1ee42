"""Whether a photograph serves to measure cracks, to find them, or has to be taken again."""

from cracklens.photos.fitness.assess import assess_fitness, fitness_from, pixel_checks
from cracklens.photos.fitness.fitness import Check, Fitness, conclude, consequence
from cracklens.photos.fitness.geometry_checks import check_scale

__all__ = [
    "Check",
    "Fitness",
    "assess_fitness",
    "check_scale",
    "conclude",
    "consequence",
    "fitness_from",
    "pixel_checks",
]
