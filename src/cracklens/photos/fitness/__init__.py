"""Whether a photograph serves to measure cracks, to find them, or has to be taken again."""

from cracklens.photos.fitness.fitness import Check, Fitness, conclude, consequence
from cracklens.photos.fitness.judge import judge

__all__ = ["Check", "Fitness", "conclude", "consequence", "judge"]
