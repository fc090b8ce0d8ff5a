"""Every layer of a Sequential gets the first input; only the last one's answer is used.

fails: mlp
hint: In the loop, which variable goes into a layer, and into which does its answer go?
"""


class Sequential:
    def call(self, x):
        for layer in self.chain:
            output = layer(x)
        return output
