"""The rates are float32 tensors, whatever the weights are.

fails: fit
hint: TensorFlow does not mix dtypes: give the rates the dtype of the weights.
"""


def fit(loss_fn, x, y, weights, schedule):
    @tf.function
    def step(lr):
        with tf.GradientTape() as tape:
            loss = loss_fn(x, y, weights)
        weights.assign_sub(lr * tape.gradient(loss, weights))
        return loss

    return tf.stack([step(lr) for lr in tf.constant(schedule)])
