"""A Sequential applies its layers from last to first.

fails: mlp
hint: Which layer sees the data first?
"""


class Sequential:
    def call(self, x):
        for layer in reversed(self.chain):
            x = layer(x)
        return x
