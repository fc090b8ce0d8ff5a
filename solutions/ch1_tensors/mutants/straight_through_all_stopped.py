"""x is added and taken away again outside of `stop_gradient`, so that nothing is left of the gradient.

fails: straight_through
hint: x - x is 0, and so is its gradient. What has to be stopped is the whole correction, round(x) - x, and nothing
  else.
"""


def round_ste(x):
    return x + tf.stop_gradient(tf.round(x)) - x
