"""There is no `get_config` of its own, so a copy made from the config has the default betas and epsilon.

fails: keras_adam
hint: The base class knows the learning rate and the name. Who tells it about the rest?
"""


class KerasAdam:
    def get_config(self):
        return super().get_config()
