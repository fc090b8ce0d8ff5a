"""The layers of a Sequential sit in a function, where Keras does not look: it tracks none of their weights.

fails: mlp
hint: How many variables does `model.trainable_variables` show? Keras looks into attributes, and into lists in
  attributes.
"""


class Sequential:
    def __init__(self, layers, **kwargs):
        super().__init__(**kwargs)

        def run(x, layers=tuple(layers)):
            for layer in layers:
                x = layer(x)
            return x

        self.run = run

    def call(self, x):
        return self.run(x)
