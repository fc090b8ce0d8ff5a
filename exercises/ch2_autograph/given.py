"""What the lesson of this chapter uses to count: how often Python ran a piece of code, and how often it was computed.

Your code needs nothing from here. The probes bring counters like these.
"""

import tensorflow as tf


class Ticks:
    """Wraps a callable and counts it twice.

    A Python number grows whenever Python runs the code: in every eager call, but in a `tf.function` only while it
    is traced. A variable grows by an op, and so whenever the computation takes place.

    Args:
        fn: a callable; AutoGraph leaves it as it is.

    Attributes:
        fn: the same callable, with the counters in it. Pass this one on.
        traced: how often Python ran it.
        ran: how often it was computed, a `tf.Variable`.
        graphs: the different graphs in which it was traced; empty where all was eager.
    """

    def __init__(self, fn):
        self.traced = 0
        self.ran = tf.Variable(0)
        self.graphs = []

        @tf.autograph.experimental.do_not_convert
        def ticking(*arguments):
            self.traced += 1
            self.ran.assign_add(1)
            if not tf.executing_eagerly():
                graph = tf.compat.v1.get_default_graph()
                if not any(graph is known for known in self.graphs):
                    self.graphs.append(graph)
            return fn(*arguments)

        self.fn = ticking

    def report(self):
        """The three counts, as plain ints."""
        return {"traced": self.traced, "ran": int(self.ran.numpy()), "graphs": len(self.graphs)}


def op_types(graph):
    """The types of all ops of a graph, those of the functions in its library included: a set of str.

    Loops are called `While` or `StatelessWhile`, branches `If`, `StatelessIf`, `Case` or `StatelessCase`.
    """
    definition = graph.as_graph_def()
    nodes = [node.op for node in definition.node]
    return {*nodes, *(node.op for function in definition.library.function for node in function.node_def)}
