"""Whole arrays at once, in other words than the reference's."""

import numpy


def center(x):
    n = numpy.asarray(x.shape[0], x.dtype)
    return numpy.subtract(x, (numpy.ones((1, x.shape[0]), x.dtype) @ x) / n)


def normalise(x):
    z = center(x)
    variance = numpy.einsum("ij,ij->j", z, z) / numpy.asarray(x.shape[0], x.dtype)
    scale = numpy.sqrt(variance)
    return numpy.divide(z, scale, out=numpy.zeros_like(z), where=scale > 0)


class RunningMean:
    def __init__(self):
        self.n, self.value = 0, None

    def update(self, batch):
        self.n += len(batch)
        if self.value is None:
            self.value = batch.mean(axis=0)
        else:
            self.value = self.value + (batch - self.value).sum(axis=0) / numpy.float32(self.n)

    def mean(self):
        return self.value


def shuffle_rows(x, y, rng):
    keys = rng.random(len(x))
    order = keys.argsort()
    return numpy.take(x, order, axis=0), numpy.take(y, order)
