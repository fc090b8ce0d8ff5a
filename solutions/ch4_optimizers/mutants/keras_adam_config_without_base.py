"""`get_config` gives only what this class adds, and drops what the base class has to say.

fails: keras_adam
hint: A copy made from your config has another learning rate and another name. Who knows them?
"""


class KerasAdam:
    def get_config(self):
        return {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
