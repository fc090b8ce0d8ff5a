"""The hinge multiplies the score with labels 0 and 1, so that class 0 always costs 1.

fails: kl_focal_hinge
hint: The formula wants -1 and 1. Which straight line takes 0 to -1 and 1 to 1?
"""


def hinge(y, score):
    return tf.reduce_mean(tf.nn.relu(1.0 - y * score), axis=-1)
