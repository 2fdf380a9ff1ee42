"""Whether a photograph serves to measure cracks, to find them, or has to be taken again."""

from cracklens.photos.fitness.fitness import Check, Fitness, consequence
from cracklens.photos.fitness.judge import judge

__all__ = ["Check", "Fitness", "consequence", "judge"]
