"""A second `build` makes the averages anew: what was gathered is lost.

fails: keras_adam
hint: `build` may be called again, by Keras or by you. How does the method know that it has run already?
"""


class KerasAdam:
    def build(self, variables):
        super().build(variables)
        self._m = [self.add_variable_from_reference(v, name="m") for v in variables]
        self._v = [self.add_variable_from_reference(v, name="v") for v in variables]
