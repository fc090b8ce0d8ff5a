"""The hinge charges only what is on the wrong side of 0: there is no margin.

fails: kl_focal_hinge
hint: A score of 0.1 on the right side is not enough: the loss is 0 from 1 on.
"""


def hinge(y, score):
    return tf.reduce_mean(tf.nn.relu(-(2.0 * y - 1.0) * score), axis=-1)
