"""The hinge takes the distance from the margin on both sides, so that a score that is better than asked for costs too.

fails: kl_focal_hinge
hint: A score of 5 on the right side is fine. What does |1 - 5| say?
"""


def hinge(y, score):
    return tf.reduce_mean(tf.abs(1.0 - (2.0 * y - 1.0) * score), axis=-1)
